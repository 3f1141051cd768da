// A plan over time: a bar per command, an arrow per dependency.

import { s } from './dom.mjs';
import { elapsed, titleOf } from './store.mjs';
import { duration } from './text.mjs';

const rowHeight = 25;
const barHeight = 14;
const axisHeight = 28;
const labelLength = 25;
const labelWidth = 200;
const rightMargin = 84;

/** Between ticks: 1, 2 or 5 times a power of ten, so that there are about `wanted` of them. */
function tickStep(span, wanted) {
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

const shorten = (text) => (text.length > labelLength ? `${text.slice(0, labelLength - 1)}…` : text);

/**
 * @param {object} plan
 * @param {object[]} commands of the plan, in its order
 * @param {{ width: number, selected?: string, onSelect: (id: string) => void }} view
 */
export function timeline(plan, commands, { width, selected, onSelect }) {
  const now = Date.now();
  const rows = commands.map((entry, index) => {
    const start = entry.started_at === undefined ? undefined : Date.parse(entry.started_at);
    const end = start === undefined ? undefined : start + elapsed(entry, now);
    return { entry, start, end, y: axisHeight + index * rowHeight + rowHeight / 2 };
  });
  const ran = rows.filter(({ start }) => start !== undefined);
  const begin = Math.min(...ran.map(({ start }) => start), now);
  const span = Math.max(100, ...ran.map(({ end }) => end - begin));
  const chart = Math.max(120, width - labelWidth - rightMargin);
  const x = (at) => labelWidth + ((at - begin) / span) * chart;
  const height = axisHeight + rows.length * rowHeight + 6;

  const label = `Timeline: ${rows.length} commands, ${ran.length} started, over ${duration(span)}`;
  return s(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label, class: 'timeline' },
    axis({ span, begin, x, chart, height }),
    rows.map((row) => ground(row, width, row.entry.id === selected)),
    arrows(plan.strategy, rows, x),
    rows.map((row) => bar(row, { x, width, onSelect })),
  );
}

function axis({ span, begin, x, chart, height }) {
  const step = tickStep(span, chart / 90);
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => {
    const at = x(begin + i * step);
    return [
      s('line', { class: 'tick', x1: at, x2: at, y1: axisHeight - 6, y2: height - 6 }),
      s('text', { class: 'axis', x: at, y: axisHeight - 12 }, duration(i * step)),
    ];
  }).flat();
}

const ground = ({ y }, width, isSelected) =>
  s('rect', {
    class: isSelected ? 'ground selected' : 'ground',
    x: 0,
    y: y - rowHeight / 2 + 1,
    width,
    height: rowHeight - 2,
    rx: 5,
  });

function bar({ entry, start, end, y }, { x, width, onSelect }) {
  const name = titleOf(entry);
  const group = s(
    'g',
    { class: 'row', click: () => onSelect(entry.id) },
    s('title', {}, `${name}: ${entry.status}`),
    s('rect', { class: 'reach', x: 0, y: y - rowHeight / 2, width, height: rowHeight }),
    s('text', { class: 'label', x: 8, y: y + 4 }, shorten(name)),
  );
  if (start === undefined) {
    const text = entry.status === 'pending' ? 'waiting' : 'did not run';
    group.append(s('text', { class: 'time', x: labelWidth, y: y + 4 }, text));
    return group;
  }
  const left = x(start);
  const right = Math.max(x(end), left + 3);
  group.append(
    s('rect', {
      class: `bar ${entry.status}`,
      x: left,
      y: y - barHeight / 2,
      width: right - left,
      height: barHeight,
      rx: 4,
    }),
    s('text', { class: 'time', x: right + 8, y: y + 4 }, duration(end - start)),
  );
  return group;
}

/** From the end of what was waited for to the beginning of what waited. */
function arrows(strategy, rows, x) {
  if (strategy?.type !== 'dependency_graph') return [];
  return Object.entries(strategy.dependencies ?? {}).flatMap(([to, sources]) =>
    sources.flatMap((from) => arrow(rows[from], rows[to], x)),
  );
}

// Down beside the end, then to the right: under the bars, and clear of the figures behind them.
function arrow(from, to, x) {
  if (from?.end === undefined || to?.start === undefined) return [];
  const [left, right, target] = [x(from.start), x(from.end), x(to.start)];
  const turn = Math.max(left + 2, Math.min(right, target) - 10);
  return [
    s('path', { class: 'arrow', d: `M${turn} ${from.y}V${to.y}H${target - 4}` }),
    s('path', { class: 'tip', d: `M${target - 6} ${to.y - 3.5}L${target} ${to.y}L${target - 6} ${to.y + 3.5}z` }),
  ];
}
