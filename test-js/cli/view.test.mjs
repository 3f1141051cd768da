// The parts of the command line tool that draw: what goes to the screen, line by line.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';

const require = createRequire(import.meta.url);
const { Board } = require('../../cli/board.js');
const { parseDuration, showDuration } = require('../../cli/duration.js');
const { LiveView, visibleRows } = require('../../cli/live_view.js');
const { summary } = require('../../cli/summary.js');
const { column, fit, plainText } = require('../../cli/terminal_text.js');
const { tickStep } = require('../../cli/report/timeline.js');
const { createColors } = require('picocolors');
const stringWidth = require('string-width');

describe('durations', () => {
  for (const [text, ms] of [
    ['500ms', 500],
    ['5s', 5000],
    ['1.5m', 90_000],
    ['1h30m', 5_400_000],
    ['0s', undefined],
    ['5', undefined],
    ['', undefined],
    ['s', undefined],
    ['5 s', undefined],
    ['-5s', undefined],
    ['5sx', undefined],
  ]) {
    test(`"${text}" is ${ms}`, () => assert.equal(parseDuration(text), ms));
  }

  for (const [ms, text] of [
    [0, '0ms'],
    [999.4, '999ms'],
    [1000, '1.0s'],
    [59_940, '59.9s'],
    [59_960, '1m00s'],
    [3_599_600, '1h00m'],
    [7_620_000, '2h07m'],
  ]) {
    test(`${ms} ms reads ${text}`, () => assert.equal(showDuration(ms), text));
  }
});

describe('text for the screen', () => {
  test('no escape sequences, controls or direction marks; the latest state of a bar that overwrites itself', () => {
    assert.equal(plainText('\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07'), 'red link');
    assert.equal(plainText('\x1b[31mred\x07 and\x1b]0;title\x1b\\ more\x1b]0;without end'), 'red and more');
    assert.equal(plainText('10%\r50%\r90%\r'), '90%');
    assert.equal(plainText('a\u202eb\u0007c\td'), 'abc  d');
  });

  test('cut by columns, not by characters, and never within one', () => {
    assert.equal(fit('short', 5), 'short');
    assert.equal(fit('longer', 5), 'long…');
    assert.equal(fit('日本語', 5), '日本…');
    assert.equal(fit('👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 4), '👩‍👩‍👧‍👦…');
    assert.equal(fit('x', 0), '');
    assert.equal(column('日', 4), '日  ');
    assert.ok(stringWidth(fit('x'.repeat(70_000), 80)) === 80);
  });
});

test('ticks of a timeline are 1, 2 or 5 times a power of ten', () => {
  for (const span of [1, 9, 73, 1500, 61_000, 3_600_000]) {
    const step = tickStep(span);
    assert.ok([1, 2, 5, 10].includes(Math.round(step / 10 ** Math.floor(Math.log10(step)))), `${step}`);
    assert.ok(span / step <= 7 && span / step >= 2, `${span / step} ticks`);
  }
});

const id = (index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const result = (status) => ({ status, success: status === 'completed', duration_ms: 1200, error: null });

function makeBoard(count) {
  const commands = Array.from({ length: count }, (_, i) => ({
    id: id(i),
    command: { type: 'exec', program: `job-${i}` },
  }));
  const board = new Board({ description: 'a plan', commands });
  const send = (event_type, index, more = {}) =>
    board.apply({ event_type, execution_id: id(index), timestamp: new Date().toISOString(), ...more });
  return { board, send };
}

/** Collects what is written, as a terminal of this size. */
function makeTerminal(columns, rows) {
  const terminal = { columns, rows, text: '', write: (text) => (terminal.text += text) };
  return terminal;
}

/** The lines of the last frame. */
function lastFrame({ text }) {
  const frame = text.slice(text.lastIndexOf('\x1b[?2026h'));
  return stripVTControlCharacters(frame).replace('\r', '').split('\n').slice(0, -1);
}

describe('the live view', () => {
  test('a line per command with mark, time and last words; a progress bar', (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 });
    const { board, send } = makeBoard(4);
    const terminal = makeTerminal(60, 24);
    const view = new LiveView(board, terminal, createColors(false));
    t.after(() => view.finish());
    send('started', 0);
    send('stdout', 0, { line: 'working\x1b[2J hard' });
    send('started', 1);
    send('failed', 1, { result: { ...result('failed'), error: 'it broke' } });
    t.mock.timers.tick(2000);
    assert.deepEqual(lastFrame(terminal), [
      'a plan',
      '⠋ job-0    2.0s  working hard',
      '✗ job-1    1.2s  it broke',
      '· job-2          ',
      '· job-3          ',
      '',
      `${'█'.repeat(10)}${'░'.repeat(30)} 1/4  2.0s`,
    ]);
    assert.ok(!terminal.text.includes('\x1b[2J'), 'nothing of what the command draws');
  });

  test('never more than the terminal holds, in either direction', (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 });
    const { board, send } = makeBoard(100);
    const terminal = makeTerminal(30, 10);
    const view = new LiveView(board, terminal, createColors(false));
    t.after(() => view.finish());
    for (let i = 0; i < 50; i++) send('started', i);
    send('stdout', 3, { line: '日本語'.repeat(100) });
    view.note('cancelling; once more to kill what does not want to go');
    for (const size of [
      [30, 10],
      [12, 6],
      [200, 50],
    ]) {
      [terminal.columns, terminal.rows] = size;
      t.mock.timers.tick(100);
      const frame = lastFrame(terminal);
      assert.ok(frame.length < size[1], `${frame.length} lines in ${size[1]} rows`);
      for (const line of frame) assert.ok(stringWidth(line) < size[0], `"${line}" in ${size[0]} columns`);
    }
  });

  test('a terminal that says it has 0 columns and rows is taken for one of 80 and 24', (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 });
    const frames = [0, undefined, 'told'].map((size) => {
      const { board } = makeBoard(30);
      const terminal = size === 'told' ? makeTerminal(80, 24) : makeTerminal(size, size);
      const view = new LiveView(board, terminal, createColors(false));
      t.mock.timers.tick(100);
      view.finish();
      return terminal.text;
    });
    assert.deepEqual(frames, [frames[2], frames[2], frames[2]]);
  });

  test('leaves nothing behind but the cursor', (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 });
    const { board } = makeBoard(2);
    const terminal = makeTerminal(60, 24);
    const view = new LiveView(board, terminal, createColors(false));
    terminal.text = '';
    view.finish();
    // Up over the heading, two rows, an empty line and the bar; erase all below.
    assert.equal(terminal.text, '\x1b[5A\r\x1b[J\x1b[?25h');
    t.mock.timers.tick(1000);
    assert.equal(terminal.text, '\x1b[5A\r\x1b[J\x1b[?25h', 'no more frames');
  });

  test('is found again where the terminal has become narrower and wrapped it', (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 });
    const { board } = makeBoard(2);
    const terminal = makeTerminal(60, 24);
    const view = new LiveView(board, terminal, createColors(false));
    terminal.text = '';
    terminal.columns = 10;
    view.finish();
    // The heading is a line still, the rows have become two each, the empty one is one, the bar of 49 columns five.
    assert.equal(terminal.text, '\x1b[11A\r\x1b[J\x1b[?25h');
  });

  for (const [status, color] of [
    ['completed', '\x1b[32m'],
    ['failed', '\x1b[31m'],
    ['timeout', '\x1b[31m'],
    ['cancelled', '\x1b[32m'],
  ]) {
    test(`the bar of a plan with a command that is ${status}`, (t) => {
      t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 });
      const { board, send } = makeBoard(2);
      const terminal = makeTerminal(60, 24);
      const view = new LiveView(board, terminal, createColors(true));
      t.after(() => view.finish());
      send(status, 0, { result: result(status) });
      t.mock.timers.tick(100);
      assert.ok(terminal.text.includes(`${color}${'█'.repeat(20)}`));
    });
  }

  test('of too many that have ended, those that ended last', () => {
    const rows = [300, 100, 500, 200, 400].map((endedAt, index) => ({
      index,
      status: 'completed',
      endedAt,
      result: {},
    }));
    assert.deepEqual(
      visibleRows(rows, 2).map(({ index }) => index),
      [2, 4],
    );
  });

  test('of too many rows, those that run come first', () => {
    const { board, send } = makeBoard(30);
    for (let i = 0; i < 12; i++) send('started', i);
    for (let i = 0; i < 10; i++) send('completed', i, { result: result('completed') });
    const shown = visibleRows(board.rows, 6).map((row) => row.index);
    assert.equal(shown.length, 6);
    assert.ok(shown.includes(10) && shown.includes(11), 'what runs');
    assert.ok(shown.includes(12), 'what comes next');
    assert.deepEqual(
      shown,
      shown.toSorted((a, b) => a - b),
    );
  });
});

describe('the summary', () => {
  const lasted = (status, more) => ({
    status,
    success: status === 'completed',
    exit_code: 0,
    signal: null,
    error: null,
    duration_ms: 1200,
    resource_usage: { max_rss_bytes: 123_400_000 },
    ...more,
  });
  const board = {
    description: 'a plan',
    rows: [lasted('completed'), lasted('cancelled', { signal: 'SIGTERM', error: 'cancelled' })].map(
      (result, index) => ({
        index,
        name: 'a command with a name of some length, as commands are',
        status: result.status,
        startedAt: 1_000_000,
        result,
      }),
    ),
  };
  const planResult = { status: 'cancelled', stats: { completed: 1, cancelled: 1 }, total_duration_ms: 1300 };

  for (const columns of [50, 60, 71, 72, 80, 120]) {
    test(`fits ${columns} columns`, () => {
      const lines = summary(board, planResult, createColors(false), columns).split('\n');
      const table = lines.filter((line) => /[│┌├└]/.test(line));
      assert.ok(table.length > 3);
      for (const line of table) assert.ok(stringWidth(line) <= columns, `${stringWidth(line)}: ${line}`);
      assert.match(table[1], /command .*status .*exit .*time/);
      assert.equal(/start .*max RSS/.test(table[1]), columns >= 72);
    });
  }

  test('of what failed, why and its last lines: its errors, or its output where it has none', () => {
    const failures = [
      { error: 'no \x1b[2Jsuch thing', stdout: 'out\n', stderr: 'the \x1b[31mcause\x1b[0m\x07\n' },
      { stdout: `${Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n')}\n`, stderr: ' \n' },
    ];
    const rows = failures.map((failure, index) => {
      const row = { index, name: `job-${index}`, status: 'failed', startedAt: 1_000_000 };
      return { ...row, result: lasted('failed', { exit_code: 1, ...failure }) };
    });
    const failed = { status: 'failed', stats: { failed: 2 }, total_duration_ms: 1300 };
    const text = summary({ description: 'a plan', rows }, failed, createColors(false), 80);
    assert.equal(
      text.slice(text.indexOf('┘\n') + 2),
      [
        '',
        '#0 failed job-0',
        '  no such thing',
        '  the cause',
        '',
        '#1 failed job-1',
        ...Array.from({ length: 8 }, (_, i) => `  line ${i + 12}`),
        '',
        'failed in 1.3s: 2 failed',
        '',
      ].join('\n'),
    );
  });
});

test('a live view watches for the end of its process as long as it lives', () => {
  const row = { index: 0, name: 'a', status: 'pending', lastLine: '' };
  const stream = { columns: 80, rows: 24, write() {} };
  const before = process.listeners('exit');
  const view = new LiveView({ rows: [row], finished: 0, description: '' }, stream, createColors(false));
  assert.equal(process.listeners('exit').length, before.length + 1);
  view.finish();
  assert.deepEqual(process.listeners('exit'), before);
});
