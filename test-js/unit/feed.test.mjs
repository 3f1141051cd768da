// An iterator that was made and is not pulled: for a while it holds its child back, then no longer.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { collector, within } from '../support.mjs';

const require = createRequire(import.meta.url);
const { Feed } = require('../../lib/feed.js');
const { OutputChunk } = require('../../lib/output_chunk.js');

const id = '11111111-1111-4111-8111-111111111111';
const half = 512 * 1024;

const chunk = (line, bytes = half) => new OutputChunk(id, 'stdout', line, 1, 1, false, 'now', bytes);

/** A feed, the chunks that it has let go, and the moment at which it has let go of `expected`. */
function makeFeed({ expected, patience = 1, linesOnly = true }) {
  const released = [];
  let allReleased;
  const letGo = new Promise((resolve) => (allReleased = resolve));
  const feed = new Feed(
    linesOnly,
    (one) => {
      released.push(one.text);
      if (released.length === expected) allReleased();
    },
    patience,
  );
  /** Hands a chunk over as the engine does. True: nobody holds it. */
  const push = (line, bytes) => {
    const one = chunk(line, bytes);
    feed.pushChunk(one);
    return --one.holders === 0;
  };
  return { feed, released, letGo: () => within(5000, letGo, 'letting go'), push };
}

test('what comes before the first next holds the child until it is consumed', async () => {
  const { feed, released, push } = makeFeed({ patience: 60_000 });
  for (const line of ['1', '2', '3', '4']) assert.equal(push(line), false);
  for (const line of ['1', '2', '3', '4']) assert.equal((await feed.next()).value.line, line);
  assert.deepEqual(released, ['1', '2', '3', '4']);
});

test('one that nobody pulls lets its child go; past its limit it yields what it has, then rejects', async () => {
  const { feed, released, letGo, push } = makeFeed({ expected: 1 });
  assert.equal(push('1'), false);
  await letGo();
  assert.equal(push('2'), true);
  assert.equal(push('3'), true);
  assert.equal((await feed.next()).value.line, '1');
  assert.equal((await feed.next()).value.line, '2');
  await assert.rejects(feed.next(), { code: 'OUTPUT_SIZE_EXCEEDED', execution_id: id });
  assert.equal(push('4'), true);
  assert.equal((await feed.next()).done, true);
  assert.deepEqual(released, ['1']);
});

test('what it held, even beyond its limit, is kept when it lets go', async () => {
  const { feed, letGo, push } = makeFeed({ expected: 3 });
  for (const line of ['1', '2', '3']) assert.equal(push(line), false);
  await letGo();
  for (const line of ['1', '2', '3']) assert.equal((await feed.next()).value.line, line);
});

test('pulled after it has let go, it holds again from then on, and lets nothing go twice', async () => {
  const { feed, released, letGo, push } = makeFeed({ expected: 1 });
  push('1', 10);
  await letGo();
  assert.equal(push('2', 10), true);
  assert.equal((await feed.next()).value.line, '1');
  assert.equal(push('3', 10), false);
  assert.equal((await feed.next()).value.line, '2');
  assert.deepEqual(released, ['1']);
  assert.equal((await feed.next()).value.line, '3');
  assert.deepEqual(released, ['1', '3']);
});

test('an event among what it lets go holds nobody, and what comes after its next does', async () => {
  const { feed, released, letGo, push } = makeFeed({ expected: 1, linesOnly: false });
  feed.pushEvent({ event_type: 'started' });
  push('1', 10);
  await letGo();
  assert.equal((await feed.next()).value.event_type, 'started');
  assert.equal((await feed.next()).value.line, '1');
  assert.equal(push('2', 10), false);
  assert.equal((await feed.next()).value.line, '2');
  assert.deepEqual(released, ['1', '2']);
});

test('one that is pulled in time holds its child however long its reader then takes', async () => {
  const { feed, released, push } = makeFeed({ patience: 50 });
  const later = makeFeed({ expected: 1, patience: 50 });
  push('1', 10);
  push('2', 10);
  const first = feed.next();
  later.push('x', 10);
  await later.letGo();
  assert.equal((await first).value.line, '1');
  assert.deepEqual(released, ['1']);
  assert.equal(push('3', 10), false);
});

test('its patience ends also under timers that are false by then', async (t) => {
  const { letGo, push } = makeFeed({ expected: 1 });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  push('1', 10);
  t.mock.timers.reset();
  await letGo();
});

test('an error that comes after the end, or before the reader leaves, is told to nobody', async () => {
  const ended = makeFeed({}).feed;
  ended.finish();
  ended.fail(new Error('after the end'));
  assert.deepEqual(await ended.next(), { value: undefined, done: true });
  const left = makeFeed({}).feed;
  left.fail(new Error('before it left'));
  left.cancel();
  assert.deepEqual(await left.next(), { value: undefined, done: true });
});

test('a reader that never quite catches up uses no more memory for it', async () => {
  const feed = new Feed(true, () => {});
  const gc = collector();
  const used = () => {
    gc();
    return process.memoryUsage().heapUsed;
  };
  for (let i = 0; i < 10; i++) feed.pushChunk(chunk('x'));
  const before = used();
  for (let i = 0; i < 1_000_000; i++) {
    feed.pushChunk(chunk('x'));
    feed.next();
    if (i % 10_000 === 0) await null;
  }
  const grown = used() - before;
  assert.ok(grown < 2 * 1024 * 1024, `the heap grew by ${grown} bytes`);
  assert.equal((await feed.next()).value.line, 'x');
});

test('one that lets go leaves a chunk to another that holds it', async () => {
  const [forgotten, reader] = [makeFeed({ expected: 1 }), makeFeed({ patience: 60_000 })];
  const shared = chunk('1', 10);
  const own = chunk('2', 10);
  const later = chunk('3', 10);
  forgotten.feed.pushChunk(shared);
  reader.feed.pushChunk(shared);
  shared.holders--;
  forgotten.feed.pushChunk(own);
  own.holders--;
  await forgotten.letGo();
  forgotten.feed.pushChunk(later);
  reader.feed.pushChunk(later);
  later.holders--;
  for (const line of ['1', '2', '3']) assert.equal((await forgotten.feed.next()).value.line, line);
  assert.deepEqual([forgotten.released, reader.released], [['2'], []]);
  for (const line of ['1', '3']) assert.equal((await reader.feed.next()).value.line, line);
  assert.deepEqual([forgotten.released, reader.released], [['2'], ['1', '3']]);
});
