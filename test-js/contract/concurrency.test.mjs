// Contract §4, §6: slots, the queue, and the numbers that the engine keeps about them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { exec, makeEngine, recordEvents, shell, until, withCode } from '../support.mjs';

/** A request that runs until `engine.closeStdin`. */
const gate = () => exec('cat', [], { stdin: { type: 'pipe' } });
const open = async (engine, id) => {
  await engine.closeStdin(id);
  return engine.waitForCompletion(id);
};

describe('fail_fast', () => {
  const config = { max_concurrent_executions: 1 };

  test('refuses what finds no slot', async (t) => {
    const engine = makeEngine(t, config);
    await engine.execute(gate());
    await assert.rejects(engine.execute(exec('true')), withCode('CONCURRENCY_LIMIT_REACHED'));
    assert.equal((await engine.getStats()).total, 1);
  });

  test('a slot is free again when waitForCompletion settles', async (t) => {
    const engine = makeEngine(t, config);
    for (let i = 0; i < 20; i++) await engine.run(exec('true'));
    assert.equal((await engine.getStats()).completed, 20);
  });

  test('a refused id may be used again', async (t) => {
    const engine = makeEngine(t, config);
    const id = '3f2b8c1e-7d4a-4f5b-9a6c-0e1d2c3b4a59';
    const first = await engine.execute(gate());
    await assert.rejects(engine.execute(exec('true', [], { id })), withCode('CONCURRENCY_LIMIT_REACHED'));
    await open(engine, first);
    assert.equal((await engine.run(exec('true', [], { id }))).id, id);
  });
});

describe('queue', () => {
  const config = { max_concurrent_executions: 1, concurrency_policy: 'queue' };

  test('higher priority first, in the order of arrival within one', async (t) => {
    const engine = makeEngine(t, config);
    const order = [];
    engine.on('stdout', (event) => order.push(event.line));
    const first = await engine.execute(gate());
    const waiting = [['a', 0], ['b', 5], ['c', 0], ['d', 5], ['e', -1], ['f']];
    const runs = waiting.map(([name, priority]) => {
      return engine.run(exec('echo', [name], priority === undefined ? {} : { priority }));
    });
    await until(async () => (await engine.getStats()).pending === 6, 3000, 'six to be queued');
    await open(engine, first);
    await Promise.all(runs);
    assert.deepEqual(order, ['b', 'd', 'a', 'c', 'f', 'e']);
  });

  test('over max_queued_executions is QUEUE_FULL', async (t) => {
    const engine = makeEngine(t, { ...config, max_queued_executions: 1 });
    const first = await engine.execute(gate());
    const second = await engine.execute(exec('true'));
    await assert.rejects(engine.execute(exec('true')), withCode('QUEUE_FULL'));
    await open(engine, first);
    assert.equal((await engine.waitForCompletion(second)).status, 'completed');
  });

  test('waiting is pending, and getResult of it NOT_FINISHED', async (t) => {
    const engine = makeEngine(t, config);
    await engine.execute(gate());
    const id = await engine.execute(exec('true'));
    assert.equal(await engine.getStatus(id), 'pending');
    await assert.rejects(engine.getResult(id), withCode('NOT_FINISHED'));
  });

  test('never more at once than there are slots', async (t) => {
    const engine = makeEngine(t, { ...config, max_concurrent_executions: 3 });
    let [running, most] = [0, 0];
    engine.on('started', () => (most = Math.max(most, ++running)));
    engine.on('completed', () => running--);
    await Promise.all(Array.from({ length: 30 }, () => engine.run(exec('true'))));
    assert.equal(most, 3);
  });

  test('a failed start gives its slot back', async (t) => {
    const engine = makeEngine(t, config);
    await assert.rejects(engine.run(exec('no-such-program')), withCode('VALIDATION'));
    assert.equal((await engine.run(exec('true'))).success, true);
  });
});

describe('numbers', () => {
  test('getConcurrencyMetrics', async (t) => {
    const engine = makeEngine(t, { max_concurrent_executions: 2, concurrency_policy: 'queue' });
    const metrics = async () => ({ ...(await engine.getConcurrencyMetrics()) });
    const idle = { max_concurrent: 2, currently_running: 0, currently_pending: 0, available_slots: 2 };
    assert.deepEqual(await metrics(), idle);
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push(await engine.execute(gate()));
    const full = { max_concurrent: 2, currently_running: 2, currently_pending: 1, available_slots: 0 };
    assert.deepEqual(await metrics(), full);
    for (const id of ids) {
      await until(async () => (await engine.getStatus(id)) === 'running', 3000, 'its turn');
      await open(engine, id);
    }
    assert.deepEqual(await metrics(), idle);
  });

  test('getStats counts each execution once, by its status', async (t) => {
    const engine = makeEngine(t, { max_concurrent_executions: 1, concurrency_policy: 'queue' });
    await engine.run(exec('true'));
    await engine.run(exec('false'));
    await engine.run(exec('sleep', ['1000'], { timeout_ms: 50 }));
    const id = await engine.execute(gate());
    await engine.cancel(id);
    await engine.waitForCompletion(id);
    await engine.execute(gate());
    await engine.execute(exec('true'));
    const stats = { total: 6, completed: 1, failed: 1, cancelled: 1, timeout: 1, running: 1, pending: 1 };
    assert.deepEqual({ ...(await engine.getStats()) }, stats);
  });

  test('listExecutions has a row for each', async (t) => {
    const engine = makeEngine(t);
    const done = await engine.run(exec('echo', ['two words']));
    const id = await engine.execute(gate());
    const rows = await engine.listExecutions();
    assert.equal(rows.length, 2);
    const row = rows.find((each) => each.id === done.id);
    assert.equal(row.status, 'completed');
    assert.match(row.command, /echo.*two words/);
    assert.equal(row.started_at, done.started_at);
    assert.equal(row.duration, done.duration);
    assert.equal(rows.find((each) => each.id === id).status, 'running');
  });
});

describe('forgetting', () => {
  test('removeExecution', async (t) => {
    const engine = makeEngine(t);
    const { id } = await engine.run(exec('true'));
    await engine.removeExecution(id);
    await assert.rejects(engine.getResult(id), withCode('NOT_FOUND'));
    assert.equal((await engine.listExecutions()).length, 0);
  });

  test('cleanup keeps the newest and whatever runs', async (t) => {
    const engine = makeEngine(t, { max_in_memory_executions: 2 });
    const running = await engine.execute(gate());
    const done = [];
    for (let i = 0; i < 5; i++) done.push((await engine.run(exec('true'))).id);
    const removed = await engine.cleanup();
    const left = (await engine.listExecutions()).map((row) => row.id);
    assert.equal(left.length, 6 - removed);
    assert.ok(left.includes(running) && left.includes(done[4]) && !left.includes(done[0]), left.join());
    assert.equal(await engine.cleanup(), 0);
  });

  test('the cleanup task does it by itself, again and again', async (t) => {
    const engine = makeEngine(t, { max_in_memory_executions: 1, enable_auto_cleanup: true, cleanup_interval_secs: 1 });
    for (const time of ['first', 'second', 'third']) {
      for (let i = 0; i < 3; i++) await engine.run(shell('true'));
      await until(
        async () => (await engine.listExecutions()).length === 1,
        4000,
        `the cleanup to come by a ${time} time`,
      );
    }
  });

  test('startCleanupTask and stopCleanupTask may be called at any time', async (t) => {
    const engine = makeEngine(t, { cleanup_interval_secs: 1 });
    const events = recordEvents(engine);
    for (const call of ['stopCleanupTask', 'startCleanupTask', 'startCleanupTask', 'stopCleanupTask'])
      await engine[call]();
    await engine.run(exec('true'));
    assert.equal(events.length, 2);
  });
});
