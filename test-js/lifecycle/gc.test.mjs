// Contract §4: an engine that was dropped without close is collected, and its thread goes; what it no longer needs is let go.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { exec, makeEngine, startHost, untilCollected, within } from '../support.mjs';

test('a dropped engine is collected, threads and all', async (t) => {
  const host = startHost(t, 'gc', { nodeArgs: ['--expose-gc'] });
  const { code } = await within(15_000, host.ended, 'the collection');
  assert.equal(code, 0, host.stderr);
  assert.equal(host.stdout, 'collected\n');
});

test('an engine whose log is being read is not collected', async (t) => {
  const host = startHost(t, 'gc_while_reading', { nodeArgs: ['--expose-gc'] });
  const { code } = await within(30_000, host.ended, 'the reading');
  assert.equal(code, 0, host.stderr);
  assert.equal(host.stdout, 'read\n');
});

test('an iterator that was dropped holds its child no more; one that is waited for is not dropped', async (t) => {
  const host = startHost(t, 'gc_of_iterators', { nodeArgs: ['--expose-gc'] });
  const { code } = await within(30_000, host.ended, 'the end of a command whose iterator is gone');
  assert.equal(code, 0, host.stderr);
  assert.equal(host.stdout, 'first 1\ncompleted\nlast\n');
});

test('an open engine does not keep the signal of an execution that has ended', async (t) => {
  const engine = makeEngine(t);
  const use = async () => {
    const { signal } = new AbortController();
    await engine.run(exec('true'), { signal });
    return new WeakRef(signal);
  };
  await untilCollected(await use(), 'the signal');
});

test('a listener that was removed is let go', async (t) => {
  const engine = makeEngine(t);
  const use = async () => {
    const listener = () => {};
    engine.on('completed', listener);
    await engine.run(exec('true'));
    engine.off('completed', listener);
    engine.addEventHandler({ onEvent() {} });
    await engine.run(exec('true'));
    return new WeakRef(listener);
  };
  await untilCollected(await use(), 'the listener');
});
