'use strict';

const { showDuration } = require('../duration.js');
const { html } = require('./html.js');

const rowHeight = 26;
const barHeight = 16;
const axisHeight = 26;
const labelWidth = 260;
const chartWidth = 700;
const labelLength = 38;
const width = labelWidth + chartWidth + 80;

/** A distance between ticks of 1, 2 or 5 times a power of ten, so that there are about `count` of them. */
function tickStep(span, count = 7) {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

/** Coordinates to a tenth. */
const one = (number) => number.toFixed(1);
const shorten = (text) => (text.length > labelLength ? `${text.slice(0, labelLength - 1)}…` : text);

/** For each command the commands it waits for, by index. */
function dependenciesOf(strategy) {
  return strategy?.type === 'dependency_graph' ? Object.entries(strategy.dependencies ?? {}) : [];
}

/**
 * The plan over time: a bar per command, an arrow per dependency.
 * @param {object[]} rows of a board
 */
function timeline(rows, strategy) {
  const ran = rows.filter((row) => row.startedAt !== undefined);
  if (ran.length === 0) return html`<p class="note">No command of this plan ran.</p>`;
  const begin = ran.reduce((first, row) => Math.min(first, row.startedAt), Infinity);
  const span = ran.reduce((longest, row) => Math.max(longest, row.endedAt - begin), 1);
  const x = (time) => labelWidth + ((time - begin) / span) * chartWidth;
  const middle = (row) => axisHeight + row.index * rowHeight + rowHeight / 2;
  const height = axisHeight + rows.length * rowHeight + 8;
  const bars = rows.map((row) => bar(row, x, middle(row), begin));
  const arrows = dependenciesOf(strategy).flatMap(([to, sources]) =>
    sources.map((from) => arrow(rows[from], rows[to], x, middle)),
  );
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Timeline of the plan">
    <defs>
      <marker id="tip" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="5" markerHeight="5" orient="auto">
        <path d="M0 0L6 3L0 6z" class="tip" />
      </marker>
    </defs>
    ${axis(span, begin, x, height)}${arrows}${bars}
  </svg>`;
}

function axis(span, begin, x, height) {
  const step = tickStep(span);
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => {
    const at = one(x(begin + i * step));
    const line = html`<line class="tick" x1="${at}" x2="${at}" y1="${axisHeight - 6}" y2="${height - 8}" />`;
    return html`${line}<text class="axis" x="${at}" y="${axisHeight - 12}">${showDuration(i * step)}</text>`;
  });
}

function bar(row, x, y, begin) {
  const label = html`<text class="label" x="0" y="${y + 4}">${row.index} ${shorten(row.name)}</text>`;
  const { result } = row;
  const title = html`<title>${row.name}: ${row.status}${result.error === null ? '' : `, ${result.error}`}</title>`;
  if (row.startedAt === undefined) {
    return html`<g>${title}${label}<text class="never" x="${labelWidth}" y="${y + 4}">did not run</text></g>`;
  }
  const left = x(row.startedAt);
  const right = Math.max(x(row.endedAt), left + 2);
  const y1 = y - barHeight / 2;
  const rect = html`<rect
    class="bar ${row.status}"
    x="${one(left)}"
    y="${y1}"
    width="${one(right - left)}"
    height="${barHeight}"
  />`;
  return html`<g>${title}${label}${rect}${timeBeside(row, left, right, y + 4, begin)}</g>`;
}

/** Right of the bar; within it or left of it where it ends with the chart. */
function timeBeside({ startedAt, result }, left, right, y, begin) {
  const text = `${showDuration(result.duration_ms)}${startedAt === begin ? '' : ` from +${showDuration(startedAt - begin)}`}`;
  if (right > labelWidth + chartWidth * 0.9) {
    const isLong = right - left > 120;
    const at = one(isLong ? right - 6 : left - 6);
    return html`<text class="time ${isLong ? 'within' : 'before'}" x="${at}" y="${y}">${text}</text>`;
  }
  return html`<text class="time" x="${one(right + 6)}" y="${y}">${text}</text>`;
}

function arrow(from, to, x, middle) {
  if (from?.endedAt === undefined || to?.startedAt === undefined) return '';
  const [x1, y1, x2, y2] = [x(from.endedAt), middle(from), x(to.startedAt), middle(to)];
  const side = y2 > y1 ? -barHeight / 2 : barHeight / 2;
  const bend = x2 + 4;
  const d = `M${one(x1)} ${y1}C${one(x1 + 14)} ${y1} ${one(bend)} ${y1} ${one(bend)} ${y2 + side}`;
  return html`<path class="arrow" d="${d}" marker-end="url(#tip)" />`;
}

module.exports = { tickStep, timeline };
