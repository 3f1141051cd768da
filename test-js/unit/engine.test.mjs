import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import * as names from '../../lib/index.mjs';
import { collect } from '../support.mjs';
import { ExecutionEngine, ExecutionError, ValidationError, fakeEngine, id, lastNative } from './fake_engine.mjs';

test('import and require give the same things', () => {
  const required = createRequire(import.meta.url)('../../lib/index.js');
  assert.equal(names.default, required);
  assert.deepEqual({ ...names, default: undefined }, { ...required, default: undefined });
});

test('the request goes through as it is, with the environment of this moment', async () => {
  const { engine, native } = fakeEngine();
  const request = { command: { type: 'exec', program: 'ls' } };
  process.env.UNIT_TEST_MARK = 'á=b';
  const accepted = engine.execute(request);
  delete process.env.UNIT_TEST_MARK;
  native.submissions[0].accept(id);
  assert.equal(await accepted, id);
  const { what, env, ticket } = native.submissions[0];
  assert.equal(what, request);
  assert.equal(ticket, undefined);
  const entries = env.split('\0');
  assert.equal(entries.pop(), '');
  assert.ok(entries.includes('UNIT_TEST_MARK=á=b'));
  assert.equal(entries.length, Object.keys(process.env).length + 1);
});

test('an environment that the native side still knows is not read again', async () => {
  const { engine, native } = fakeEngine();
  native.environmentKnown = true;
  void engine.execute({});
  void engine.run({});
  assert.deepEqual(
    native.submissions.map(({ env }) => env),
    [undefined, undefined],
  );
});

test('an object in the place of process.env is read each time', async () => {
  const { engine, native } = fakeEngine();
  native.environmentKnown = true;
  const own = process.env;
  for (const env of [
    { ONLY: '1\0A=B', [Symbol('no name')]: '2' },
    new Proxy(own, { ownKeys: () => ['ONLY'], get: () => '1' }),
    Object.seal({ ONLY: '1' }),
    Object.freeze({ ONLY: '1' }),
  ]) {
    process.env = env;
    try {
      void engine.execute({});
    } finally {
      process.env = own;
    }
    assert.equal(native.submissions.pop().env, 'ONLY=1\0');
  }
  assert.deepEqual(Object.keys(own).sort(), Object.keys(process.env).sort());
  void engine.execute({});
  assert.equal(native.submissions.pop().env, undefined);
});

test('the native side knows whether anybody listens', async () => {
  const { engine, native } = fakeEngine();
  const told = (what) => {
    native.calls.length = 0;
    what();
    return native.calls.map(([name, heard]) => `${name} ${heard}`);
  };
  const listener = () => {};
  assert.deepEqual(
    told(() => engine.on('stdout', listener)),
    ['listening true'],
  );
  assert.deepEqual(
    told(() => engine.once('event', listener)),
    [],
  );
  assert.deepEqual(
    told(() => engine.off('stdout', listener)),
    [],
  );
  assert.deepEqual(
    told(() => engine.emit('event')),
    ['listening false'],
  );
  let remove;
  assert.deepEqual(
    told(() => (remove = engine.addEventHandler({ onEvent: listener }))),
    ['listening true'],
  );
  assert.deepEqual(told(remove), ['listening false']);
  native.results.set(id, null);
  let iterator;
  assert.deepEqual(
    told(() => (iterator = engine.lines(id))),
    ['listening true'],
  );
  assert.deepEqual(
    told(() => iterator.return()),
    ['listening false'],
  );
  assert.deepEqual(
    told(() => (iterator = engine.events(id))),
    ['listening true'],
  );
  assert.deepEqual(
    told(() => native.finish(id)),
    ['listening false'],
  );
  // One that has ended by now.
  native.calls.length = 0;
  assert.equal((await collect(engine.events(id))).length, 1);
  assert.deepEqual(native.calls, [
    ['listening', true],
    ['listening', false],
  ]);
});

test('run waits for what it started', async () => {
  const { engine, native } = fakeEngine();
  const result = engine.run({});
  native.submissions[0].accept(id);
  assert.deepEqual(await result, { waited: id });
});

test('a refused configuration throws what the native side says', () => {
  const expected = {
    code: 'VALIDATION',
    kind: 'UNKNOWN_FIELD',
    field: 'refused',
    message: 'no',
    name: 'ValidationError',
  };
  assert.throws(() => new ExecutionEngine({ refused: true }), expected);
});

test('errors carry what is known, and only that', () => {
  const { native } = fakeEngine();
  const result = {};
  const error = native.hooks.error({
    code: 'SPAWN_FAILED',
    message: 'gone',
    execution_id: id,
    errno: 'ENOENT',
    result,
  });
  assert.ok(error instanceof ExecutionError && !(error instanceof ValidationError));
  assert.equal(String(error), 'ExecutionError: gone');
  assert.deepEqual({ ...error }, { code: 'SPAWN_FAILED', execution_id: id, errno: 'ENOENT', result });
  const refusal = native.hooks.error({ code: 'VALIDATION', message: 'bad', kind: 'INVALID_VALUE', field: '' });
  assert.ok(refusal instanceof ValidationError && refusal instanceof ExecutionError);
  assert.deepEqual({ ...refusal }, { code: 'VALIDATION', kind: 'INVALID_VALUE', field: '' });
  assert.equal(new ExecutionError('IO', 'x', { cause: 5 }).cause, 5);
});

test('what is wrong with the native call rejects, it does not throw', async () => {
  const { engine, native } = fakeEngine();
  native.close = () => {
    throw new Error('synchronous');
  };
  await assert.rejects(engine.close(), /synchronous/);
});

test('close passes its options on, and so does the end of an await using block', async () => {
  const { engine, native } = fakeEngine();
  await engine.close({ mode: 'drain', timeout_ms: 5 });
  if (Symbol.asyncDispose) await engine[Symbol.asyncDispose]();
  else await engine.close();
  assert.deepEqual(native.calls, [
    ['close', { mode: 'drain', timeout_ms: 5 }],
    ['close', {}],
  ]);
});

test('the global engine: serial whatever is asked for, made once, also after a refusal and after its end', async () => {
  assert.throws(() => ExecutionEngine.global(), { code: 'NOT_INITIALIZED' });
  assert.throws(() => ExecutionEngine.initGlobal({ refused: true }), { code: 'VALIDATION' });
  assert.throws(() => ExecutionEngine.global(), { code: 'NOT_INITIALIZED' });
  const config = { max_concurrent_executions: 8, concurrency_policy: 'fail_fast', log_dir: null };
  const engine = ExecutionEngine.initGlobal(config);
  assert.deepEqual(lastNative().config, { max_concurrent_executions: 1, concurrency_policy: 'queue', log_dir: null });
  assert.equal(config.max_concurrent_executions, 8);
  assert.equal(ExecutionEngine.global(), engine);
  await engine.close();
  assert.throws(() => ExecutionEngine.initGlobal(), { code: 'ALREADY_INITIALIZED' });
  assert.equal(ExecutionEngine.global(), engine);
});

test('what a host has put in the place of process.env is taken as the system would take it', () => {
  const { engine, native } = fakeEngine();
  const before = process.env;
  try {
    process.env = { 'A\0B': 'x\0y' };
    engine.execute({});
  } finally {
    process.env = before;
  }
  assert.equal(native.submissions[0].env, 'A=x\0');
});
