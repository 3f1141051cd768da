// The order in which the sidecar hands events on, with an engine whose events the test makes.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { fakeEngine, turn } from './fake_engine.mjs';

const { EventPumps } = createRequire(import.meta.url)('../../cli/event_pumps.js');

const [a, b] = ['a', 'b'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`);
const short = (event) => `${event.event_type} ${event.execution_id[0]}`;

/** `seen` is what was handed on; `take` answers for whoever takes it. */
function pumping(take = () => undefined) {
  const { engine, native } = fakeEngine();
  for (const id of [a, b]) native.results.set(id, null);
  const seen = [];
  const pumps = new EventPumps(engine, (event) => {
    seen.push(short(event));
    return take(event);
  });
  return { native, pumps, seen };
}

function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { open, opened };
}

test('an id that is used again has events again', async () => {
  const { native, pumps, seen } = pumping();
  for (let use = 0; use < 2; use++) {
    native.results.set(a, null);
    pumps.watch(a);
    native.hooks.started(a, 'x', 'now');
    native.finish(a);
    await pumps.drained(a);
  }
  assert.deepEqual(seen, ['started a', 'completed a', 'started a', 'completed a']);
});

test('a start waits for the end that was told before it', async () => {
  const { open, opened } = gate();
  const { native, pumps, seen } = pumping((event) => (short(event) === 'completed a' ? opened : undefined));
  pumps.watch(a);
  pumps.watch(b);
  native.hooks.started(a, 'x', 'now');
  await turn();
  native.finish(a);
  native.hooks.started(b, 'x', 'now');
  await turn();
  assert.deepEqual(seen, ['started a', 'completed a']);
  open();
  await turn();
  assert.deepEqual(seen, ['started a', 'completed a', 'started b']);
});

test('the end of one that never ran is waited for as well', async () => {
  const { open, opened } = gate();
  const { native, pumps } = pumping(() => opened);
  native.finish(a, 'cancelled');
  let drained = false;
  const waiting = pumps.drained(a).then(() => (drained = true));
  await turn();
  assert.equal(drained, false);
  open();
  await waiting;
});
