// Results as text: for the terminal and, in Markdown, for the README.

import Table from 'cli-table3';
import picocolors from 'picocolors';

import { describe, describeVersions } from './machine.mjs';

const plain = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };
const chars = {
  ...plain,
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  right: '',
  'left-mid': '',
  'right-mid': '',
  middle: '  ',
};

/** Three significant digits; thousands with separators. */
export function figure(number) {
  if (Math.abs(number) >= 1000) return Math.round(number).toLocaleString('en-US');
  return String(Number(number.toPrecision(3)));
}

const between = ({ min, max }) => `${figure(min)} … ${figure(max)}`;
const unitOf = (metric, scenario) => (metric === scenario.metric ? scenario.unit : 'ms');
const labels = {
  busy_ms: 'thread busy',
  wall_ms: 'wall',
  longest_ms: 'longest echo',
  read_ms: 'JSON read',
  parse_ms: 'checked',
  resolve_ms: 'programs found',
  schedule_ms: 'scheduled',
};

export function scenarioTable(title, scenario, rows) {
  const table = new Table({ chars: { ...chars, mid: '', 'mid-mid': '' }, style: { head: [], border: [] } });
  const metrics = [scenario.metric, ...(scenario.also ?? [])];
  table.push(['', ...metrics.flatMap((metric) => [labels[metric] ?? 'median', 'min … max'])].map(picocolors.dim));
  for (const [subject, row] of Object.entries(rows)) {
    const cells = metrics.flatMap((metric) =>
      row[metric] ? [`${figure(row[metric].median)} ${unitOf(metric, scenario)}`, between(row[metric])] : ['–', ''],
    );
    table.push([subject.startsWith('engine') ? picocolors.bold(subject) : subject, ...cells]);
  }
  return `\n${picocolors.bold(title)}\n${table}`;
}

const limitOf = ({ max, min }) => (max === undefined ? `at least ${min}` : `at most ${max}`);
const unitText = ({ unit, ratio }) => (ratio ? 'x' : ` ${unit}`);

const markOf = ({ met, reachable }) => (met ? '✓' : reachable ? '✗' : '–');
const paintOf = { '✓': picocolors.green, '✗': picocolors.red, '–': picocolors.dim };
const floorOf = (target) => (target.found_floor ? `${figure(target.found_floor.median)}${unitText(target)}` : '');

export function targetTable(judged) {
  const table = new Table({ chars: { ...chars, mid: '', 'mid-mid': '' }, style: { head: [], border: [] } });
  for (const target of judged) {
    const mark = markOf(target);
    const found = `${figure(target.found.median)}${unitText(target)}`;
    table.push([
      paintOf[mark](mark),
      target.text,
      found,
      between(target.found),
      `${limitOf(target)}${unitText(target)}`,
      target.found_floor ? `floor ${floorOf(target)}` : '',
    ]);
  }
  return `\n${picocolors.bold('targets')}\n${table}`;
}

/** What the README shows. */
export function markdown(report) {
  const rows = report.targets.map(
    (target) =>
      `| ${markOf(target)} | ${target.text} | ${figure(target.found.median)}${unitText(target)} | ` +
      `${between(target.found)} | ${limitOf(target)}${unitText(target)} | ${floorOf(target)} |`,
  );
  return [
    `\`${report.command}\`, ${report.date.slice(0, 10)}: medians of ${report.rounds} interleaved rounds, a fresh process per run; ` +
      'ratios are taken within each round. Every run is checked for exit codes, counts and bytes.',
    '',
    'Floor: the same figure for the least that could do the job, in the same rounds (see [bench/README.md](bench/README.md)). ' +
      '✓ met, ✗ missed, – missed by the floor as well.',
    '',
    `Machine: ${describe(report.machine)}.  `,
    `Versions: ${describeVersions(report.versions)}.`,
    '',
    '| | What | Measured | min … max | Target | Floor |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    '![Each benchmark with its peers, as bars](bench/results/peers.svg)',
  ].join('\n');
}
