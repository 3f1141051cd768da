// Lines read before they are wanted, up to a number of characters.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { collect } from '../support.mjs';

const require = createRequire(import.meta.url);
const { ReadAhead } = require('../../cli/sidecar/read_ahead.js');
const { tooLong } = require('../../client/line_reader.js');

/** A source of these lines that says how many were asked for, and whether it has come to its end. */
function sourceOf(lines) {
  const source = { asked: 0, isOver: false };
  source[Symbol.asyncIterator] = async function* () {
    for (const line of lines) {
      source.asked++;
      yield line;
    }
    source.isOver = true;
  };
  return source;
}

/** A source that yields what `give` is called with, until `finish` or `fail`. */
function openSource() {
  const given = [];
  let wake = () => {};
  const add = (step) => {
    given.push(step);
    wake();
  };
  return {
    give: (line) => add(() => line),
    finish: () => add(null),
    fail: (error) =>
      add(() => {
        throw error;
      }),
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (given.length === 0) await new Promise((resolve) => (wake = resolve));
        const step = given.shift();
        if (step === null) return;
        yield step();
      }
    },
  };
}

test('the lines come in their order, to the end', async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
  for (const limit of [1, 50, 100_000]) {
    assert.deepEqual(await collect(new ReadAhead(sourceOf(lines), limit)), lines, `limit ${limit}`);
  }
  assert.deepEqual(await collect(new ReadAhead(sourceOf([]), 10)), []);
});

test('what fits is read while nobody takes it, and the end is seen', async () => {
  const ahead = new ReadAhead(sourceOf(['1234', '5678', '90']), 10);
  let isOver = false;
  ahead.end.then(() => (isOver = true));
  await turn();
  assert.ok(isOver);
  assert.deepEqual(await collect(ahead), ['1234', '5678', '90']);
});

test('beyond the limit nothing more is read until enough was taken', async () => {
  const source = sourceOf(['12345', '67890', '1', '2', '3', '4']);
  const ahead = new ReadAhead(source, 10);
  const lines = ahead[Symbol.asyncIterator]();
  await turn();
  assert.equal(source.asked, 3, 'ten characters are not beyond it');
  assert.equal((await lines.next()).value, '12345');
  await turn();
  assert.ok(source.isOver);
  await ahead.end;
  assert.deepEqual(await collect(lines), ['67890', '1', '2', '3', '4']);
});

test('a line that is longer than the limit comes alone, and what was taken before it does not make room', async () => {
  const source = sourceOf(['1', '2', 'x'.repeat(100), '3', 'x'.repeat(11), '4']);
  const lines = new ReadAhead(source, 10)[Symbol.asyncIterator]();
  const seen = [];
  const asked = [];
  for (let i = 0; i < 6; i++) {
    await turn();
    asked.push(source.asked);
    seen.push((await lines.next()).value.length);
  }
  assert.deepEqual(asked, [3, 3, 3, 5, 5, 6]);
  assert.deepEqual(seen, [1, 1, 100, 1, 11, 1]);
  assert.equal((await lines.next()).done, true);
});

test('a line that cannot be had takes no room, and comes in its place', async () => {
  const lines = ['1', tooLong, tooLong, '2', '3', '4', '5'];
  const source = sourceOf(lines);
  const ahead = new ReadAhead(source, 2);
  await turn();
  assert.equal(source.asked, 5);
  assert.deepEqual(await collect(ahead), lines);
});

test('whoever waits gets a line as soon as it comes, and hears of the end', async () => {
  const source = openSource();
  const lines = new ReadAhead(source, 10)[Symbol.asyncIterator]();
  for (const line of ['first', 'second']) {
    let taken;
    lines.next().then(({ value }) => (taken = value));
    await turn();
    assert.equal(taken, undefined);
    source.give(line);
    await turn();
    assert.equal(taken, line);
  }
  let last;
  lines.next().then((step) => (last = step));
  await turn();
  source.finish();
  await turn();
  assert.deepEqual(last, { value: undefined, done: true });
});

test('a source that fails: what came before it is yielded, and `end` rejects with the failure', async () => {
  const source = openSource();
  const ahead = new ReadAhead(source, 10);
  const failure = new Error('on purpose');
  const failed = assert.rejects(ahead.end, failure);
  source.give('1');
  source.fail(failure);
  await failed;
  assert.deepEqual(await collect(ahead), ['1']);
});
