// A sidecar that is not ours: what it answers must end in an error of the contract, not in a hang or a crash.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { SidecarEngine } from 'cloudops-execution-engine/sidecar';

import { within } from '../support.mjs';
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
  const warnings = [];
  const listen = (warning) => warnings.push(warning.message);
  process.on('warning', listen);
  t.after(() => process.off('warning', listen));
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
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
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
