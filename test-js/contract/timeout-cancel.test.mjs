// Contract §3, §4, §8: timeouts and cancellation end the whole tree, by the ladder, once.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import {
  exec,
  fixture,
  isTerminal,
  killAfter,
  makeEngine,
  marker,
  nextEvent,
  pidsOf,
  recordEvents,
  shell,
  tempDir,
  waitUntilPresent,
  within,
  withCode,
} from '../support.mjs';

const script = (name, args, more = {}) => ({ command: { type: 'script', path: fixture(name), args }, ...more });

/** Starts a fixture that prints "ready" and comes back when it did. */
async function startReady(engine, name, mark, more) {
  const ready = nextEvent(engine, (event) => event.event_type === 'stdout' && event.line === 'ready');
  const id = await engine.execute(script(name, [mark], more));
  await ready;
  return id;
}

describe('timeout', () => {
  test('ends the command and keeps its partial output', async (t) => {
    const engine = makeEngine(t);
    const timedOut = nextEvent(engine, isTerminal);
    const result = await engine.run(shell('echo before; exec sleep 1000', { timeout_ms: 400 }));
    assert.deepEqual([result.status, result.success, result.stdout], ['timeout', false, 'before\n']);
    assert.equal(result.termination.cause, 'timeout');
    assert.deepEqual([result.exit_code, result.signal], [-1, 'SIGTERM']);
    assert.match(result.error, /400/);
    const event = await timedOut;
    assert.equal(event.event_type, 'timeout');
    assert.deepEqual(event.result, result);
  });

  test('comes when it was asked for', async (t) => {
    const result = await makeEngine(t).run(exec('sleep', ['1000'], { timeout_ms: 300 }));
    assert.ok(result.duration_ms >= 300 && result.duration_ms < 1000, `${result.duration_ms} ms`);
    const [first] = result.termination.signals;
    assert.equal(first.signal, 'SIGTERM');
    assert.ok(first.at_ms >= 299 && first.at_ms < 600, `SIGTERM after ${first.at_ms} ms`);
  });

  test('default_timeout_ms applies when the request names none', async (t) => {
    const result = await makeEngine(t, { default_timeout_ms: 200 }).run(exec('sleep', ['1000']));
    assert.equal(result.status, 'timeout');
  });

  test('time in the queue does not count', async (t) => {
    const engine = makeEngine(t, { max_concurrent_executions: 1, concurrency_policy: 'queue' });
    const first = engine.run(exec('sleep', ['0.6']));
    const second = engine.run(exec('true', [], { timeout_ms: 400 }));
    assert.equal((await first).status, 'completed');
    assert.equal((await second).status, 'completed');
  });
});

describe('the ladder', () => {
  test('SIGTERM, the grace period, then SIGKILL', async (t) => {
    const engine = makeEngine(t, { kill_grace_period_ms: 250 });
    const id = await startReady(engine, 'ignore-term.sh', killAfter(t, marker()));
    await engine.cancel(id);
    const result = await engine.waitForCompletion(id);
    const { signals } = result.termination;
    assert.deepEqual(
      signals.slice(0, 2).map((step) => step.signal),
      ['SIGTERM', 'SIGKILL'],
    );
    const grace = signals[1].at_ms - signals[0].at_ms;
    assert.ok(grace >= 249 && grace < 800, `SIGKILL ${grace} ms after SIGTERM`);
    assert.deepEqual([result.signal, result.exit_code], ['SIGKILL', -1]);
  });

  test('who ends on SIGTERM is not sent SIGKILL, and may say goodbye', async (t) => {
    const engine = makeEngine(t, { kill_grace_period_ms: 5000 });
    const id = await startReady(engine, 'trap-term.sh', killAfter(t, marker()));
    await engine.cancel(id);
    const result = await engine.waitForCompletion(id);
    assert.equal(result.status, 'cancelled');
    assert.equal(result.stdout, 'ready\nbye\n');
    assert.deepEqual([result.exit_code, result.signal], [3, null]);
    assert.deepEqual(
      result.termination.signals.map((step) => step.signal),
      ['SIGTERM'],
    );
    assert.ok(result.duration_ms < 4000, `${result.duration_ms} ms`);
  });
});

describe('the whole tree is dead when the execution has settled', () => {
  test('after a cancel: children, sessions of their own, double forks, empty environments', async (t) => {
    const engine = makeEngine(t);
    const mark = killAfter(t, marker());
    const id = await startReady(engine, 'family.sh', mark);
    await waitUntilPresent(mark, 5);
    await engine.cancel(id);
    const result = await engine.waitForCompletion(id);
    assert.deepEqual(pidsOf(mark), []);
    assert.deepEqual(result.termination.survivors, []);
  });

  test('after a timeout', async (t) => {
    const engine = makeEngine(t);
    const mark = killAfter(t, marker());
    const running = engine.run(script('family.sh', [mark], { timeout_ms: 1000 }));
    await waitUntilPresent(mark, 5);
    const result = await running;
    assert.equal(result.status, 'timeout');
    assert.deepEqual(pidsOf(mark), []);
  });

  test('after the output limit', async (t) => {
    const engine = makeEngine(t, { max_output_size_bytes: 1000, oversized_output_strategy: 'fail_execution' });
    const mark = killAfter(t, marker());
    const running = engine.run(shell(`setsid sleep ${mark} >/dev/null 2>&1 & yes`));
    await assert.rejects(running, withCode('OUTPUT_SIZE_EXCEEDED'));
    assert.deepEqual(pidsOf(mark), []);
  });

  test('also when a descendant in its own session ignores SIGTERM', async (t) => {
    const engine = makeEngine(t);
    const mark = killAfter(t, marker());
    const ready = nextEvent(engine, (event) => event.line === 'ready');
    const id = await engine.execute(shell(`setsid bash ${fixture('ignore-term.sh')} ${mark} & wait`));
    await ready;
    await waitUntilPresent(mark, 3);
    await engine.cancel(id);
    const result = await engine.waitForCompletion(id);
    assert.equal(result.status, 'cancelled');
    assert.deepEqual(pidsOf(mark), []);
  });

  test('also when it forks all the time', async (t) => {
    const engine = makeEngine(t);
    const mark = killAfter(t, marker());
    const command = `trap '' TERM; echo ready; while :; do setsid sleep ${mark} & sleep 0.005; done`;
    const ready = nextEvent(engine, (event) => event.line === 'ready');
    const id = await engine.execute(shell(command));
    await ready;
    await waitUntilPresent(mark, 10);
    await engine.cancel(id);
    await engine.waitForCompletion(id);
    assert.deepEqual(pidsOf(mark), []);
  });

  test('also when it is stopped', async (t) => {
    const engine = makeEngine(t);
    const mark = killAfter(t, marker());
    const id = await engine.execute(shell(`sleep ${mark} & echo ready; kill -STOP $$`));
    await waitUntilPresent(mark, 2);
    await engine.cancel(id);
    await within(4000, engine.waitForCompletion(id), 'the cancel of a stopped child');
    assert.deepEqual(pidsOf(mark), []);
  });

  test('the tree of another execution is left alone', async (t) => {
    const engine = makeEngine(t);
    const [mine, other] = [killAfter(t, marker()), killAfter(t, marker())];
    await engine.execute(shell(`setsid sleep ${other} & wait`));
    const id = await engine.execute(shell(`setsid sleep ${mine} & wait`));
    await waitUntilPresent(mine, 2);
    await waitUntilPresent(other, 2);
    const before = pidsOf(other);
    await engine.cancel(id);
    await engine.waitForCompletion(id);
    assert.deepEqual(pidsOf(mine), []);
    assert.deepEqual(pidsOf(other), before);
  });
});

describe('cancel', () => {
  test('twice is as good as once', async (t) => {
    const engine = makeEngine(t);
    const id = await startReady(engine, 'ignore-term.sh', killAfter(t, marker()));
    await Promise.all([engine.cancel(id), engine.cancel(id)]);
    const result = await engine.waitForCompletion(id);
    assert.equal(result.status, 'cancelled');
    assert.equal(result.termination.signals.filter((step) => step.signal === 'SIGTERM').length, 1);
  });

  test('of an unknown id is NOT_FOUND', async (t) => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    await assert.rejects(makeEngine(t).cancel(unknown), withCode('NOT_FOUND', { execution_id: unknown }));
  });

  test('of a finished execution is NOT_RUNNING', async (t) => {
    const engine = makeEngine(t);
    const { id } = await engine.run(exec('true'));
    await assert.rejects(engine.cancel(id), withCode('NOT_RUNNING', { execution_id: id }));
    assert.equal(await engine.getStatus(id), 'completed');
  });

  test('of a queued execution: it never starts', async (t) => {
    const engine = makeEngine(t, { max_concurrent_executions: 1, concurrency_policy: 'queue' });
    const events = recordEvents(engine);
    const file = join(tempDir(), 'ran');
    const first = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    const queued = await engine.execute(exec('touch', [file]));
    await engine.cancel(queued);
    const result = await engine.waitForCompletion(queued);
    assert.deepEqual([result.status, result.exit_code, result.resource_usage], ['cancelled', -1, null]);
    await engine.closeStdin(first);
    await engine.waitForCompletion(first);
    assert.equal(existsSync(file), false);
    const types = events.filter((event) => event.execution_id === queued).map((event) => event.event_type);
    assert.deepEqual(types, ['cancelled']);
  });

  test('straight after execute works too', async (t) => {
    const engine = makeEngine(t);
    for (let i = 0; i < 20; i++) {
      const mark = killAfter(t, marker());
      const id = await engine.execute(exec('sleep', [mark]));
      await engine.cancel(id);
      assert.equal((await engine.waitForCompletion(id)).status, 'cancelled');
      assert.deepEqual(pidsOf(mark), []);
    }
  });
});

test('the first cause wins: a cancel before the timeout is a cancel', async (t) => {
  const engine = makeEngine(t, { kill_grace_period_ms: 600 });
  const events = recordEvents(engine);
  const id = await startReady(engine, 'ignore-term.sh', killAfter(t, marker()), { timeout_ms: 700 });
  await engine.cancel(id);
  const result = await engine.waitForCompletion(id);
  assert.deepEqual([result.status, result.termination.cause], ['cancelled', 'cancel']);
  assert.equal(events.filter(isTerminal).length, 1);
});
