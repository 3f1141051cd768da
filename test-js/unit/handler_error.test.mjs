import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import { fakeEngine, id, turn } from './fake_engine.mjs';

const bad = new Error('on purpose');
const throws = () => {
  throw bad;
};

test('what throws harms neither the others nor the next line, and surfaces as handlerError', () => {
  const { engine, native } = fakeEngine();
  const lines = [];
  const errors = [];
  engine.on('stdout', throws);
  engine.on('stdout', (event) => lines.push(event.line));
  engine.on('event', throws);
  engine.addEventHandler({ onEvent: throws });
  engine.addEventHandler({ onEvent: (event) => lines.push(event.line) });
  engine.on('handlerError', (error, event) => errors.push([error, event.line]));
  native.output(id, ['1', '2']);
  assert.deepEqual(lines, ['1', '1', '2', '2']);
  assert.deepEqual(errors, [...Array(3).fill([bad, '1']), ...Array(3).fill([bad, '2'])]);
});

test('so does a promise that rejects', async () => {
  const { engine, native } = fakeEngine();
  const errors = [];
  engine.on('handlerError', (error, event) => errors.push([error, event.event_type]));
  engine.on('started', () => Promise.reject(bad));
  engine.addEventHandler({
    onEvent: async () => {
      throw bad;
    },
  });
  native.hooks.started(id, 'ls', 'now');
  await turn();
  assert.deepEqual(errors, Array(2).fill([bad, 'started']));
});

test('without a listener it becomes a process warning', async () => {
  const { engine, native } = fakeEngine();
  engine.on('started', throws);
  const warned = once(process, 'warning');
  native.hooks.started(id, 'ls', 'now');
  const [warning] = await warned;
  assert.equal(warning.name, 'ExecutionHandlerWarning');
  assert.match(warning.message, /"started" event failed: Error: on purpose/);
});

test('a handlerError listener that fails itself ends in a warning, not in a loop', async () => {
  const { engine, native } = fakeEngine();
  const warnings = [];
  const listen = (warning) => warnings.push(warning.message);
  process.on('warning', listen);
  engine.on('stdout', throws);
  engine.on('handlerError', throws);
  engine.on('handlerError', () => Promise.reject(bad));
  native.output(id, ['1']);
  await turn();
  await turn();
  process.off('warning', listen);
  assert.equal(warnings.length, 2);
});
