// A sidecar that is not ours: what it answers must end in an error of the contract, not in a hang or a crash.

import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { SidecarEngine } from 'cloudops-execution-engine/sidecar';

import { collectWarnings, collector, sanitized, within, withCode } from '../support.mjs';
import { foreignTransport } from './foreign_transport.mjs';

test('an error that is none of the engine is INTERNAL, with the cause', async () => {
  const transport = foreignTransport(() => ({ error: { code: -32603, message: 'out of order' } }));
  const engine = new SidecarEngine({}, { transport });
  await assert.rejects(engine.getStats(), (error) => {
    assert.deepEqual([error.name, error.code, error.message], ['ExecutionError', 'INTERNAL', 'out of order']);
    return error.cause !== undefined;
  });
});

test('messages without sense are warned of and harm no call', async (t) => {
  const warnings = collectWarnings(t);
  const transport = foreignTransport(() => ({ result: 'an answer' }));
  const engine = new SidecarEngine({}, { transport });
  await engine.ready;
  const lines = ['null', '[null]', '{"method":"event"}', '{"method":"accepted","params":null}'];
  for (const line of [...lines, '5', 'no JSON']) transport.say(line);
  assert.equal(await within(1000, engine.getStats(), 'an answer'), 'an answer');
  assert.equal(warnings.length, lines.length);
});

test('a listener that throws where there is no process harms no call', async (t) => {
  t.mock.method(console, 'warn', () => {});
  const transport = foreignTransport(() => ({ result: 'an answer' }));
  const engine = new SidecarEngine({}, { transport });
  await engine.ready;
  engine.on('progress', () => {
    throw new Error('on purpose');
  });
  await turn();
  const { process } = globalThis;
  delete globalThis.process;
  try {
    transport.say('{"method":"event","params":{"event":{"event_type":"progress"}}}');
  } finally {
    globalThis.process = process;
  }
  assert.equal(await within(1000, engine.getStats(), 'an answer'), 'an answer');
});

test('under a steady stream nothing is kept that was taken', async () => {
  const collect = collector();
  const used = () => (collect(), process.memoryUsage().heapUsed);
  const transport = foreignTransport(() => ({}));
  const engine = new SidecarEngine({}, { transport });
  await engine.ready;
  const say = () => transport.say(JSON.stringify({ id: 'nobody', result: 'x'.repeat(1_000_000) }));
  say();
  say();
  const before = used();
  for (let i = 0; i < 100; i++) {
    say();
    await turn();
  }
  assert.ok(used() - before < 20_000_000, `${used() - before} bytes`);
});

/** The notification of an event. */
const eventLine = (event) => JSON.stringify({ jsonrpc: '2.0', method: 'event', params: { event } });
const completed = (id) => eventLine({ event_type: 'completed', execution_id: id, result: {} });
const progress = (done, total) => eventLine({ event_type: 'progress', plan_id: 'plan', completed: done, total });

describe('what runs is watched until its end, and no longer', () => {
  const listeners = (signal) => getEventListeners(signal, 'abort').length;

  async function start(answer) {
    const transport = foreignTransport(answer);
    const engine = new SidecarEngine({}, { transport });
    await engine.ready;
    return { transport, engine, signal: new AbortController().signal };
  }

  test('one signal for 1,000 executions carries one listener while they run and none afterwards', async () => {
    const { transport, engine, signal } = await start((id) => ({ result: `execution ${id}` }));
    const calls = Array.from({ length: 1000 }, () => engine.execute({}, { signal }));
    const [first, ...others] = await Promise.all(calls);
    for (const id of others) transport.say(completed(id));
    await turn();
    assert.deepEqual([listeners(signal), transport.isHeld], [1, true]);
    transport.say(completed(first));
    await turn();
    assert.deepEqual([listeners(signal), transport.isHeld], [0, false]);
  });

  test('a plan ends with its last command', async () => {
    const { transport, engine, signal } = await start(() => ({ result: 'plan' }));
    await engine.executePlan({}, { signal });
    for (const [done, expected] of [
      [0, 1],
      [1, 1],
      [2, 0],
    ]) {
      transport.say(progress(done, 2));
      await turn();
      assert.deepEqual([listeners(signal), transport.isHeld], [expected, expected === 1], `${done} of 2`);
    }
  });

  test('what is refused is not watched', async () => {
    const error = { code: -32000, message: 'full', data: { code: 'QUEUE_FULL' } };
    const { transport, engine, signal } = await start(() => ({ error }));
    for (const method of ['execute', 'run', 'executePlan']) {
      await assert.rejects(engine[method]({}, { signal }), withCode('QUEUE_FULL'));
      assert.deepEqual([listeners(signal), transport.isHeld], [0, false], method);
    }
  });

  test('nothing runs any more when the sidecar has ended', async () => {
    const { transport, engine, signal } = await start((id) => ({ result: `execution ${id}` }));
    await Promise.all([engine.execute({}, { signal }), engine.executePlan({}, { signal })]);
    assert.deepEqual([listeners(signal), transport.isHeld], [1, true]);
    transport.end('gone');
    await turn();
    assert.deepEqual([listeners(signal), transport.isHeld], [0, false]);
  });
});

test('where logs are is known of the 10,000 executions that came last', async () => {
  const transport = foreignTransport(() => ({}));
  const engine = new SidecarEngine({}, { transport });
  await engine.ready;
  const accept = (i) => {
    const params = { execution_id: `id-${i}`, log_path: `/logs/${i}` };
    transport.say(JSON.stringify({ jsonrpc: '2.0', method: 'accepted', params }));
  };
  for (let i = 0; i < 10_000; i++) accept(i);
  await turn();
  assert.equal(engine.getLogPath('id-0'), '/logs/0');
  accept(10_000);
  await turn();
  assert.throws(() => engine.getLogPath('id-0'), withCode('NOT_FOUND'));
  for (const i of [1, 10_000]) assert.equal(engine.getLogPath(`id-${i}`), `/logs/${i}`);
});

test('an id that is used again is held as if it were new', async () => {
  const transport = foreignTransport(() => ({ result: 'running' }));
  const engine = new SidecarEngine({}, { transport });
  await engine.ready;
  const use = async (length) => {
    engine.lines('a');
    const event = { event_type: 'stdout', execution_id: 'a', line: 'x'.repeat(length), seq: 1, timestamp: '' };
    const ended = once(engine, 'completed');
    transport.say(eventLine(event));
    transport.say(completed('a'));
    await ended;
    await turn();
  };
  const holds = () => transport.told.filter(({ method, params }) => method === 'hold' && params.id === 'a').length;
  for (const [length, expected] of [
    [200_000, 0],
    [100_000, 0],
    [300_000, 1],
    [300_000, 2],
  ]) {
    await use(length);
    assert.equal(holds(), expected);
  }
});

test('its transport is closed once, however often the engine is', async () => {
  const transport = foreignTransport(() => ({ result: null }));
  let closes = 0;
  transport.close = () => void closes++;
  const engine = new SidecarEngine({}, { transport });
  await engine.close();
  await engine.close();
  assert.equal(closes, 1);
});

test('one that is removed by its id in capitals is forgotten with its log', async () => {
  const transport = foreignTransport(() => ({ result: null }));
  const engine = new SidecarEngine({}, { transport });
  await engine.ready;
  transport.say(JSON.stringify({ method: 'accepted', params: { execution_id: 'ab', log_path: '/x' } }));
  await engine.removeExecution('AB');
  assert.throws(() => engine.getLogPath('ab'), withCode('NOT_FOUND'));
});

test('what was aborted before it was accepted rejects with the reason of its signal', async () => {
  const transport = foreignTransport(() => ({ error: { code: -32001, message: 'withdrawn' } }));
  const engine = new SidecarEngine({}, { transport });
  await engine.ready;
  const reason = new Error('mine');
  const controller = new AbortController();
  const { send } = transport;
  transport.send = (text) => {
    controller.abort(reason);
    return send(text);
  };
  await assert.rejects(engine.execute({}, { signal: controller.signal }), reason);
});

test('a call that was answered is forgotten', { skip: sanitized && 'measures memory' }, async () => {
  const transport = foreignTransport(() => ({ result: 1 }));
  const engine = new SidecarEngine({}, { transport });
  await engine.ready;
  const collectGarbage = collector();
  const heapAfterCalls = async () => {
    for (let i = 0; i < 100; i++) await Promise.all(Array.from({ length: 300 }, () => engine.getStats()));
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = await heapAfterCalls();
  const grown = (await heapAfterCalls()) - before;
  assert.ok(grown < 2_000_000, `the heap grew by ${grown} bytes`);
});

test('one that cannot be started makes no noise but where it is asked', async () => {
  const engine = new SidecarEngine({}, { command: ['/nowhere/sidecar'] });
  await assert.rejects(engine.getStats(), withCode('IO'));
  await turn();
  await engine.close();
});
