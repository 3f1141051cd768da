// Contract §5: which events come, in which order, and what a handler that throws does.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { busyFor } from '../busy_for.mjs';
import {
  collect,
  exec,
  isLine,
  isTerminal,
  makeEngine,
  nextEvent,
  recordEvents,
  shell,
  tempDir,
  until,
  within,
} from '../support.mjs';

/** Every engine thread of this process has done what there was to do. */
function enginesSleep() {
  const stats = readdirSync('/proc/self/task').map((id) => readFileSync(`/proc/self/task/${id}/stat`, 'latin1'));
  return stats.filter((stat) => stat.includes('(cloudops-engine)')).every((stat) => stat.includes(') S '));
}

const typesOf = (events) => events.map((event) => event.event_type);

describe('shape', () => {
  test('started, lines, one terminal event; timestamps are RFC 3339', async (t) => {
    const engine = makeEngine(t);
    const events = recordEvents(engine);
    const id = await engine.execute(shell('echo one; echo two'));
    const result = await engine.waitForCompletion(id);
    assert.deepEqual(
      events.map((event) => event.event_type),
      ['started', 'stdout', 'stdout', 'completed'],
    );
    assert.ok(events.every((event) => event.execution_id === id));
    assert.ok(events.every((event) => /^\d{4}-\d\d-\d\dT.*Z$/.test(event.timestamp)));
    assert.match(events[0].command, /echo one; echo two/);
    assert.deepEqual(events.at(-1).result, result);
  });

  test('seq starts at 1 and counts both streams together', async (t) => {
    const engine = makeEngine(t);
    const events = recordEvents(engine);
    await engine.run(shell('for i in 1 2 3 4 5; do echo o; echo e >&2; done'));
    assert.deepEqual(
      events.filter(isLine).map((event) => event.seq),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
  });

  test('seq starts at 1 for every execution', async (t) => {
    const engine = makeEngine(t);
    const events = recordEvents(engine);
    await engine.run(exec('echo', ['a']));
    await engine.run(exec('echo', ['b']));
    assert.deepEqual(
      events.filter(isLine).map((event) => event.seq),
      [1, 1],
    );
  });

  test('the same object goes to its own name, to "event" and to handlers', async (t) => {
    const engine = makeEngine(t);
    const seen = [];
    engine.on('stdout', (event) => seen.push(event));
    engine.on('event', (event) => event.event_type === 'stdout' && seen.push(event));
    engine.addEventHandler({ onEvent: (event) => event.event_type === 'stdout' && seen.push(event) });
    await engine.run(exec('echo', ['x']));
    assert.equal(seen.length, 3);
    assert.ok(seen[0] === seen[1] && seen[1] === seen[2]);
  });

  test('a listener is called as an emitter calls it: on the engine, with the event alone', async (t) => {
    const engine = makeEngine(t);
    const calls = [];
    for (const name of ['started', 'stdout', 'completed', 'event'])
      engine.on(name, function (...args) {
        calls.push([this === engine, args.length]);
      });
    await engine.run(exec('echo', ['x']));
    assert.equal(calls.length, 6);
    assert.ok(calls.every(([onEngine, count]) => onEngine && count === 1));
  });

  test('a failed event has an error and the result', async (t) => {
    const engine = makeEngine(t);
    const failed = nextEvent(engine, (event) => event.event_type === 'failed');
    const result = await engine.run(shell('exit 4'));
    const event = await failed;
    assert.match(event.error, /4/);
    assert.deepEqual(event.result, result);
  });

  test('waiters settle after the terminal event was emitted', async (t) => {
    const engine = makeEngine(t);
    const order = [];
    engine.on('completed', () => order.push('event'));
    const id = await engine.execute(exec('true'));
    await engine.waitForCompletion(id).then(() => order.push('waiter'));
    assert.deepEqual(order, ['event', 'waiter']);
  });

  test('no event comes before the code after `await execute` ran', async (t) => {
    const engine = makeEngine(t);
    for (let i = 0; i < 50; i++) {
      const id = await engine.execute(exec('true'));
      let count = 0;
      engine.on('event', () => count++);
      await engine.waitForCompletion(id);
      engine.removeAllListeners('event');
      assert.equal(count, 2);
    }
  });

  test('no event of several that are started at once comes before the code after `await Promise.all`', async (t) => {
    const engine = makeEngine(t);
    for (let i = 0; i < 20; i++) {
      const ids = await Promise.all(Array.from({ length: 10 }, () => engine.execute(exec('echo', ['line']))));
      const seen = await Promise.all(ids.map(async (id) => typesOf(await collect(engine.events(id)))));
      assert.deepEqual(
        seen,
        ids.map(() => ['started', 'stdout', 'completed']),
      );
    }
  });

  test('one that is refused among them holds up no event', async (t) => {
    const engine = makeEngine(t, { max_concurrent_executions: 1 });
    const waiting = { ...exec('cat'), stdin: { type: 'pipe' } };
    const [first, second] = await Promise.allSettled([engine.execute(waiting), engine.execute(exec('true'))]);
    assert.equal(second.reason.code, 'CONCURRENCY_LIMIT_REACHED');
    const events = collect(engine.events(first.value));
    await engine.closeStdin(first.value);
    assert.deepEqual(typesOf(await events), ['started', 'completed']);
  });

  test('an execution that a busy listener starts is announced before its events', async (t) => {
    const engine = makeEngine(t);
    const announced = new Set();
    const early = [];
    let left = 20;
    engine.on('started', ({ execution_id: id }) => announced.has(id) || early.push(id));
    const over = new Promise((resolve) => {
      engine.on('completed', () => {
        if (left-- === 0) return resolve();
        engine.execute(exec('true')).then((id) => announced.add(id));
        busyFor(5);
      });
    });
    announced.add(await engine.execute(exec('true')));
    await within(15_000, over, 'the last one');
    assert.deepEqual(early, []);
  });

  test('whoever starts one after another, and is busy in between, hears of them meanwhile', async (t) => {
    const engine = makeEngine(t);
    let heard = 0;
    engine.on('completed', () => heard++);
    for (let i = 0; i < 60; i++) {
      const accepted = engine.execute(exec('true'));
      busyFor(4);
      await accepted;
    }
    assert.ok(heard > 0, 'events came while executions were started');
  });

  test('a listener does not hear what had happened before it came', async (t) => {
    const engine = makeEngine(t);
    const begun = join(tempDir(), 'begun');
    const command = `: > ${begun}; read line; echo "$line"`;
    const id = await engine.execute({ ...shell(command), stdin: { type: 'pipe' } });
    // The code after `await execute` ends here.
    await nextTurn();
    // The engine is not asked: nothing but the listener is to make it deliver.
    await until(() => existsSync(begun) && enginesSleep(), 8000, 'its start');
    const events = recordEvents(engine);
    await engine.writeStdin(id, 'late\n');
    await engine.waitForCompletion(id);
    assert.deepEqual(typesOf(events), ['stdout', 'completed']);
    assert.equal(events[0].line, 'late');
  });

  test('stream_output false: no lines, all else the same', async (t) => {
    const engine = makeEngine(t, { stream_output: false });
    const events = recordEvents(engine);
    const result = await engine.run(shell('echo out; echo err >&2'));
    assert.deepEqual(
      events.map((event) => event.event_type),
      ['started', 'completed'],
    );
    assert.deepEqual([result.stdout, result.stderr], ['out\n', 'err\n']);
  });
});

describe('handlers', () => {
  test('addEventHandler returns its own removal', async (t) => {
    const engine = makeEngine(t);
    const seen = [];
    const remove = engine.addEventHandler({ onEvent: (event) => seen.push(event) });
    await engine.run(exec('true'));
    assert.equal(seen.length, 2);
    remove();
    await engine.run(exec('true'));
    assert.equal(seen.length, 2);
  });

  test('one that throws surfaces as "handlerError" and harms nobody', async (t) => {
    const engine = makeEngine(t);
    const boom = new Error('boom');
    const errors = [];
    const seen = [];
    engine.on('handlerError', (error) => errors.push(error));
    engine.addEventHandler({
      onEvent() {
        throw boom;
      },
    });
    engine.addEventHandler({ onEvent: (event) => seen.push(event.event_type) });
    const result = await engine.run(exec('echo', ['x']));
    assert.equal(result.status, 'completed');
    assert.deepEqual(seen, ['started', 'stdout', 'completed']);
    assert.equal(errors.length, 3);
    assert.ok(errors.every((error) => error === boom || error.cause === boom || error.error === boom));
  });

  test('a listener that throws is caught the same way', async (t) => {
    const engine = makeEngine(t);
    const errors = [];
    engine.on('handlerError', (error) => errors.push(error));
    engine.on('stdout', () => {
      throw new Error('boom');
    });
    const seen = recordEvents(engine);
    await engine.run(exec('echo', ['x']));
    assert.equal(errors.length, 1);
    assert.deepEqual(
      seen.map((event) => event.event_type),
      ['started', 'stdout', 'completed'],
    );
  });

  test('without a listener for "handlerError" it is a process warning', async (t) => {
    const engine = makeEngine(t);
    const warned = new Promise((resolve) => process.once('warning', resolve));
    engine.once('started', () => {
      throw new Error('boom in a listener');
    });
    await engine.run(exec('true'));
    assert.match((await within(2000, warned, 'the warning')).message, /boom in a listener/);
  });

  test('one that starts and waits for another execution works', async (t) => {
    const engine = makeEngine(t);
    const inner = new Promise((resolve, reject) => {
      engine.once('completed', () => engine.run(exec('echo', ['inner'])).then(resolve, reject));
    });
    await engine.run(exec('true'));
    assert.equal((await within(3000, inner, 'the inner run')).stdout, 'inner\n');
  });
});

test('every execution of many has one start and one end, in order', async (t) => {
  const engine = makeEngine(t, { log_dir: null });
  const events = recordEvents(engine);
  await Promise.all(Array.from({ length: 60 }, (_, i) => engine.run(shell(`seq 50; exit ${i % 2}`))));
  const perId = new Map();
  for (const event of events) {
    if (!perId.has(event.execution_id)) perId.set(event.execution_id, []);
    perId.get(event.execution_id).push(event);
  }
  assert.equal(perId.size, 60);
  for (const list of perId.values()) {
    assert.equal(list[0].event_type, 'started');
    assert.equal(list.filter(isTerminal).length, 1);
    assert.ok(isTerminal(list.at(-1)));
    assert.deepEqual(
      list.filter(isLine).map((event) => event.line),
      Array.from({ length: 50 }, (_, i) => String(i + 1)),
    );
  }
});
