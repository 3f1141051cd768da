// The page of a report, as text: what is in its table, its details and its timeline.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';

const require = createRequire(import.meta.url);
const { page } = require('../../cli/report/page.js');
const { timeline } = require('../../cli/report/timeline.js');

const begin = Date.UTC(2030, 0, 1);
const at = (ms) => new Date(begin + ms).toISOString();

/** A row of a board that is complete: a command that ran from and to these milliseconds, or never. */
function row(index, name, [from, to] = [], more = {}) {
  const ran = from !== undefined;
  const result = {
    status: ran ? 'completed' : 'cancelled',
    success: ran,
    exit_code: ran ? 0 : -1,
    signal: null,
    error: null,
    stdout: '',
    stderr: '',
    stdout_bytes: 0,
    stderr_bytes: 0,
    duration_ms: ran ? to - from : 0,
    started_at: at(from ?? 5000),
    completed_at: at(to ?? 5000),
    log_path: null,
    resource_usage: ran ? { user_cpu_ms: 0, system_cpu_ms: 0, max_rss_bytes: 2_000_000 } : null,
    ...more,
  };
  const times = ran ? { startedAt: begin + from, endedAt: begin + to } : {};
  return { index, name, status: result.status, ...times, lastLine: '', result };
}

const failed = { status: 'failed', success: false };
const rows = [
  row(0, 'build', [1000, 2200], {
    stdout_bytes: 12_000,
    stderr_bytes: 345,
    resource_usage: { user_cpu_ms: 100, system_cpu_ms: 50, max_rss_bytes: 123_400_000 },
  }),
  row(1, 'lint', [0, 800], { ...failed, exit_code: 3, error: 'exited with code 3', stdout_bytes: 9999 }),
  row(2, 'test', [2200, 5000], {
    ...failed,
    exit_code: -1,
    signal: 'SIGKILL',
    error: 'ended by SIGKILL',
    stderr_bytes: 45_600_000,
    resource_usage: { user_cpu_ms: 1500, system_cpu_ms: 500, max_rss_bytes: 9_876_000 },
  }),
  row(3, 'ship', [], { success: false, error: 'not run: command 2 failed' }),
];
const strategy = { type: 'dependency_graph', dependencies: { 2: [0], 3: [2] } };
const result = { status: 'failed', plan_id: 'the-id', total_duration_ms: 5000 };
const text = page({ plan: { description: 'a plan', strategy }, rows, result });

const plain = (html) => html.replace(/<[^>]*>/g, '').trim();
const cellsOf = (html, cell) =>
  [...html.matchAll(new RegExp(`<${cell}[ >][^]*?</${cell}>`, 'g'))].map(([one]) => plain(one));

describe('the page', () => {
  test('a row for each command, also for one that never ran', () => {
    const table = [...text.matchAll(/<tr>[^]*?<\/tr>/g)].map(([tr]) => tr);
    assert.deepEqual(cellsOf(table[0], 'th'), ['#', 'command', 'status', 'exit', 'time', 'CPU', 'max RSS', 'output']);
    assert.deepEqual(
      table.slice(1).map((tr) => cellsOf(tr, 'td')),
      [
        ['0', 'build', 'completed', '0', '1.2s', '150ms', '123.4 MB', '12 kB'],
        ['1', 'lint', 'failed', '3', '800ms', '0ms', '2000 kB', '9999 B'],
        ['2', 'test', 'failed', 'SIGKILL', '2.8s', '2.0s', '9876 kB', '45.6 MB'],
        ['3', 'ship', 'cancelled', '–', '–', '–', '–', '0 B'],
      ],
    );
  });

  test('what did not succeed is unfolded, what did is folded', () => {
    const details = [...text.matchAll(/<details id="c(\d)"([^>]*)>/g)];
    assert.deepEqual(
      details.map(([, index, more]) => [index, more.trim()]),
      [
        ['0', ''],
        ['1', 'open'],
        ['2', 'open'],
        ['3', 'open'],
      ],
    );
  });

  test('it began with the command that started first', () => {
    assert.ok(text.includes(` · by dependencies · ${at(0)}\n`));
  });
});

describe('the timeline', () => {
  const number = '(-?\\d+(?:\\.\\d+)?)';
  const draw = (...all) => timeline(all.slice(0, -1), all.at(-1)).toString();
  /** Left and right of every bar. */
  const barsOf = (svg) =>
    [
      ...svg.matchAll(new RegExp(`<rect\\s+class="bar [^"]*"\\s+x="${number}"\\s+y="[^"]*"\\s+width="${number}"`, 'g')),
    ].map(([, x, width]) => [Number(x), Number(x) + Number(width)]);
  const timesOf = (svg) =>
    [...svg.matchAll(/<text class="(time[^"]*)" x="([^"]*)" y="[^"]*">([^<]*)</g)].map(([, kind, x, words]) => ({
      kind,
      x: Number(x),
      words,
    }));
  const serial = { type: 'serial' };

  test('commands that took no time have bars that can be seen', () => {
    const svg = draw(row(0, 'a', [0, 0]), row(1, 'b', [0, 0]), serial);
    assert.doesNotMatch(svg, /NaN|Infinity/);
    assert.deepEqual(barsOf(svg), [
      [260, 262],
      [260, 262],
    ]);
  });

  test('bars are as long as the commands took', () => {
    const svg = draw(row(0, 'a', [0, 500]), row(1, 'b', [250, 1000]), serial);
    assert.deepEqual(barsOf(svg), [
      [260, 610],
      [435, 960],
    ]);
  });

  test('no arrow to a command that never ran', () => {
    const svg = draw(row(0, 'a', [0, 10]), row(1, 'b', [20, 30]), row(2, 'c'), {
      type: 'dependency_graph',
      dependencies: { 1: [0], 2: [1] },
    });
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    assert.equal(svg.match(/class="arrow"/g).length, 1);
    assert.equal(svg.match(/>did not run</g).length, 1);
  });

  test('a time is right of its bar, or where the chart ends within it, or left of it when it is short', () => {
    const svg = draw(row(0, 'a', [0, 100]), row(1, 'b', [0, 1000]), row(2, 'c', [990, 1000]), serial);
    const [early, long, short] = barsOf(svg);
    const times = timesOf(svg);
    assert.deepEqual(
      times.map(({ kind, words }) => [kind, words]),
      [
        ['time', '100ms'],
        ['time within', '1.0s'],
        ['time before', '10ms from +990ms'],
      ],
    );
    assert.ok(times[0].x > early[1]);
    assert.ok(times[1].x > long[0] && times[1].x < long[1]);
    assert.ok(times[2].x < short[0]);
  });

  test('without a command that ran: a sentence', () => {
    assert.match(draw(row(0, 'a'), serial), />No command of this plan ran\.</);
  });
});
