import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { untilCollected } from '../support.mjs';

const { Fifo } = createRequire(import.meta.url)('../../lib/fifo.js');

test('first in, first out, whoever is ahead', () => {
  const fifo = new Fifo();
  assert.equal(fifo.shift(), undefined);
  let [pushed, shifted] = [0, 0];
  // Behind by more than what is given back at once, then caught up, twice.
  for (const [push, shift] of [
    [5000, 3000],
    [100, 2100],
    [1, 1],
    [4000, 3999],
    [0, 1],
  ]) {
    for (let i = 0; i < push; i++) fifo.push(pushed++);
    for (let i = 0; i < shift; i++) assert.equal(fifo.shift(), shifted++);
    assert.equal(fifo.size, pushed - shifted);
    assert.equal(fifo.first, pushed === shifted ? undefined : shifted);
    assert.deepEqual(
      [...fifo],
      Array.from({ length: fifo.size }, (_, i) => shifted + i),
    );
  }
});

test('what was shifted is let go at once, also while others wait', async () => {
  const fifo = new Fifo();
  const shifted = (() => {
    fifo.push({});
    fifo.push('next');
    return new WeakRef(fifo.shift());
  })();
  await untilCollected(shifted, 'the entry');
  assert.equal(fifo.shift(), 'next');
});
