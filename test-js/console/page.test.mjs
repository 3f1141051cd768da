// The parts of the page that need no browser.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Lines } from '../../examples/console/page/lines.mjs';
import { duration, plain, size } from '../../examples/console/page/text.mjs';

const textsOf = ({ rows }) => rows.map(({ kind, text }) => `${kind} ${text}`);
const numbered = (from, to) => Array.from({ length: to - from }, (_, i) => ['out', String(from + i)]);

describe('lines', () => {
  test('pieces of one line are joined, each stream for itself', () => {
    const lines = new Lines();
    lines.take([{ first: 0 }, ['out', 'a', 1], ['err', 'x', 1], ['out', 'b', 1]]);
    lines.take([['err', 'y'], ['out', 'c'], ['out', 'd'], { total: 6 }]);
    assert.deepEqual(textsOf(lines), ['out abc', 'err xy', 'out d']);
    assert.equal(lines.complete, true);
  });

  test('after a break nothing comes twice and nothing is lost', () => {
    const lines = new Lines();
    lines.take([{ first: 0 }, ...numbered(0, 10)]);
    assert.equal(lines.next, 10);
    lines.take([{ first: 6 }, ...numbered(6, 12)]);
    lines.take([...numbered(12, 15), { total: 15 }]);
    assert.deepEqual(
      textsOf(lines),
      numbered(0, 15).map((row) => row.join(' ')),
    );
    assert.equal(lines.missing, 0);
  });

  test('what the server no longer has is counted', () => {
    const lines = new Lines();
    lines.take([{ first: 100 }, ...numbered(100, 103)]);
    assert.equal(lines.missing, 100);
    lines.take([{ first: 110 }, ...numbered(110, 111)]);
    assert.equal(lines.missing, 110);
    assert.deepEqual(textsOf(lines), ['out 110']);
    lines.take([{ total: 120 }]);
    assert.equal(lines.missing, 120);
    assert.equal(lines.rows.length, 0);
  });

  test('beyond the limit the oldest go, and a line that never ends stops growing', () => {
    const lines = new Lines(20_000);
    lines.take([{ first: 0 }, ...numbered(0, 20_000)]);
    assert.equal(lines.take(numbered(20_000, 20_001)), 10_000);
    assert.equal(lines.rows.length, 10_001);
    assert.equal(lines.missing, 10_000);
    assert.equal(lines.rows[0].text, '10000');
    for (let i = 0; i < 50; i++) lines.take([['err', 'x'.repeat(10_000), 1]]);
    assert.ok(lines.rows.at(-1).text.length <= 80_000);
  });
});

describe('text', () => {
  test('terminal sequences go, control characters are shown, markup stays text', () => {
    assert.equal(plain('\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07'), 'red link');
    assert.equal(plain('10 %\r50 %\r'), '50 %');
    assert.equal(plain('a\tb\x07\x00'), 'a    b\u2407\u2400');
    assert.equal(plain('abc\u202edcba'), 'abc\ufffddcba');
    assert.equal(plain('<b>&amp;</b>'), '<b>&amp;</b>');
    assert.match(plain('x'.repeat(100_000)), /^x{5000} … 95,000 more characters$/);
  });

  test('durations and sizes', () => {
    assert.deepEqual([0, 999.4, 1500, 59_940, 59_960, 3_600_000].map(duration), [
      '0 ms',
      '999 ms',
      '1.5 s',
      '59.9 s',
      '1 min 0 s',
      '1 h 0 min',
    ]);
    assert.deepEqual([0, 9999, 10_000, 3_264_512].map(size), ['0 B', '9,999 B', '10 kB', '3.3 MB']);
  });
});
