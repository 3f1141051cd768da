// Contract §4: the end of an engine.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { ExecutionEngine } from '../../lib/index.mjs';
import {
  exec,
  holdings,
  isTerminal,
  killAfter,
  makeEngine,
  marker,
  pidsOf,
  recordEvents,
  shell,
  tempDir,
  until,
  waitUntilPresent,
  within,
  withCode,
} from '../support.mjs';

/** A request that runs until the returned function is called. */
function gated() {
  const gate = join(tempDir(), 'gate');
  const request = shell(`until [ -e ${gate} ]; do sleep 0.02; done; echo through`);
  return [request, () => writeFileSync(gate, '')];
}

describe('mode "cancel"', () => {
  test('ends what runs, with all of its tree', async (t) => {
    const engine = makeEngine(t);
    const events = recordEvents(engine);
    const mark = killAfter(t, marker());
    const id = await engine.execute(shell(`setsid sleep ${mark} & wait`));
    await waitUntilPresent(mark, 2);
    const waiting = engine.waitForCompletion(id);
    await engine.close();
    assert.deepEqual(pidsOf(mark), []);
    const result = await within(1000, waiting, 'a waiter of an engine that closed');
    assert.deepEqual([result.status, result.termination.cause], ['cancelled', 'shutdown']);
    assert.equal(events.filter(isTerminal).length, 1);
  });

  test('what waits in the queue never starts', async (t) => {
    const engine = makeEngine(t, { max_concurrent_executions: 1, concurrency_policy: 'queue' });
    const events = recordEvents(engine);
    const [request] = gated();
    await engine.execute(request);
    const queued = await engine.execute(exec('true'));
    const waiting = engine.waitForCompletion(queued);
    await engine.close();
    assert.equal((await within(1000, waiting, 'a queued execution')).status, 'cancelled');
    assert.deepEqual(
      events.filter((event) => event.execution_id === queued).map((event) => event.event_type),
      ['cancelled'],
    );
  });
});

describe('mode "drain"', () => {
  test('refuses new work and lets the old end', async (t) => {
    const engine = makeEngine(t, { max_concurrent_executions: 1, concurrency_policy: 'queue' });
    const [request, open] = gated();
    const id = await engine.execute(request);
    const queued = await engine.execute(exec('echo', ['after']));
    const results = [engine.waitForCompletion(id), engine.waitForCompletion(queued)];
    const closing = engine.close({ mode: 'drain' });
    await assert.rejects(engine.execute(exec('true')), withCode('ENGINE_CLOSED'));
    open();
    await within(5000, closing, 'close');
    const [first, second] = await Promise.all(results);
    assert.deepEqual([first.stdout, second.stdout], ['through\n', 'after\n']);
  });

  test('timeout_ms: what has not ended by then is cancelled', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(exec('sleep', ['1000']));
    const waiting = engine.waitForCompletion(id);
    await within(3000, engine.close({ mode: 'drain', timeout_ms: 200 }), 'close');
    const result = await waiting;
    assert.deepEqual([result.status, result.termination.cause], ['cancelled', 'shutdown']);
    assert.ok(result.duration_ms >= 190, `${result.duration_ms} ms`);
  });

  test('an idle engine closes at once', async (t) => {
    const engine = makeEngine(t);
    await within(1000, engine.close({ mode: 'drain' }), 'close of an idle engine');
    await assert.rejects(engine.execute(exec('true')), withCode('ENGINE_CLOSED'));
  });
});

describe('afterwards', () => {
  test('every call is ENGINE_CLOSED', async (t) => {
    const engine = makeEngine(t);
    const { id } = await engine.run(exec('true'));
    await engine.close();
    const calls = {
      execute: () => engine.execute(exec('true')),
      run: () => engine.run(exec('true')),
      cancel: () => engine.cancel(id),
      writeStdin: () => engine.writeStdin(id, 'x'),
      closeStdin: () => engine.closeStdin(id),
      cleanup: () => engine.cleanup(),
      removeExecution: () => engine.removeExecution(id),
      getStats: () => engine.getStats(),
      getConcurrencyMetrics: () => engine.getConcurrencyMetrics(),
      executePlan: () =>
        engine.executePlan({ description: '', strategy: { type: 'serial' }, commands: [exec('true')] }),
    };
    for (const [name, call] of Object.entries(calls)) {
      await assert.rejects((async () => within(1000, call(), name))(), withCode('ENGINE_CLOSED'), name);
    }
  });

  test('also those that return no promise, from the call of close on; a refused one closes nothing', async (t) => {
    const engine = makeEngine(t);
    const remove = engine.addEventHandler({ onEvent() {} });
    const refused = engine.close({ mode: 'nonsense' });
    engine.startCleanupTask();
    engine.addEventHandler({ onEvent() {} })();
    await assert.rejects(refused, withCode('VALIDATION'));
    const closing = engine.close();
    for (const when of ['while it closes', 'afterwards']) {
      assert.throws(() => engine.startCleanupTask(), withCode('ENGINE_CLOSED'), when);
      assert.throws(() => engine.addEventHandler({ onEvent() {} }), withCode('ENGINE_CLOSED'), when);
      engine.stopCleanupTask();
      await closing;
    }
    await assert.rejects(engine.close({ mode: 'nonsense' }), withCode('VALIDATION'));
    assert.throws(() => engine.startCleanupTask(), withCode('ENGINE_CLOSED'));
    remove();
  });

  test('the readers of finished results still work', async (t) => {
    const engine = makeEngine(t);
    const result = await engine.run(exec('echo', ['kept']));
    await engine.close();
    assert.deepEqual(await engine.getResult(result.id), result);
    assert.deepEqual(await engine.waitForCompletion(result.id), result);
    assert.equal(await engine.getStatus(result.id), 'completed');
    assert.equal(String(await engine.readOutput(result.id, 'stdout')), 'kept\n');
    assert.match(await engine.readLogs(result.id), /kept/);
    assert.equal(engine.getLogPath(result.id), result.log_path);
    assert.deepEqual(
      (await engine.listExecutions()).map(({ id }) => id),
      [result.id],
    );
  });

  test('closing again, or twice at once, is fine', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(exec('sleep', ['1000']));
    await within(3000, Promise.all([engine.close(), engine.close({ mode: 'drain' })]), 'two closes');
    await within(1000, engine.close(), 'a third');
    // The first close had begun to cancel; the second, milder one took nothing back.
    assert.equal((await engine.getResult(id)).termination.cause, 'shutdown');
  });

  test('its threads and descriptors are gone', async (t) => {
    const use = async () => {
      const engine = makeEngine(t);
      await engine.run(exec('true'));
      await engine.close();
    };
    await use();
    const before = holdings();
    for (let i = 0; i < 5; i++) await use();
    await until(() => holdings().threads <= before.threads, 2000, 'the threads to go');
    const after = holdings();
    assert.ok(after.fds <= before.fds && after.children <= before.children, JSON.stringify([before, after]));
  });
});

test('a reader that stopped reading does not hold close up', async (t) => {
  const engine = makeEngine(t, { max_output_size_bytes: 1000 });
  const id = await engine.execute(exec('yes'));
  const events = engine.events(id)[Symbol.asyncIterator]();
  await events.next();
  await within(4000, engine.close(), 'close with a reader that stopped reading');
  assert.equal((await engine.getResult(id)).termination.cause, 'shutdown');
});

test('Symbol.asyncDispose closes', { skip: Symbol.asyncDispose === undefined && 'not in this Node' }, async () => {
  const engine = new ExecutionEngine({ log_dir: null, kill_grace_period_ms: 300 });
  const id = await engine.execute(exec('sleep', ['1000']));
  await engine[Symbol.asyncDispose]();
  assert.equal((await engine.getResult(id)).status, 'cancelled');
  await assert.rejects(engine.execute(exec('true')), withCode('ENGINE_CLOSED'));
});

test('an engine that never ran anything closes', async () => {
  const engine = new ExecutionEngine();
  await within(1000, engine.close(), 'close of a new engine');
  await assert.rejects(engine.execute(exec('true')), withCode('ENGINE_CLOSED'));
});
