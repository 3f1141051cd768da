import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';

import { collectWarnings } from '../support.mjs';
import { fakeEngine, id, turn } from './fake_engine.mjs';

const listeners = (signal) => getEventListeners(signal, 'abort').length;
const callsOf = (native, name) => native.calls.filter(([called]) => called === name);

test('aborted before the call: rejects with the reason, nothing is submitted', async () => {
  const { engine, native } = fakeEngine();
  const reason = new Error('never mind');
  const signal = AbortSignal.abort(reason);
  for (const method of ['execute', 'run', 'executePlan']) {
    await assert.rejects(engine[method]({}, { signal }), (error) => error === reason);
  }
  assert.equal(native.submissions.length, 0);
});

test('aborted before acceptance: the request is withdrawn', async () => {
  const { engine, native } = fakeEngine();
  const control = new AbortController();
  const accepted = engine.execute({}, { signal: control.signal });
  control.abort('changed my mind');
  await assert.rejects(accepted, (error) => error === 'changed my mind');
  assert.deepEqual(callsOf(native, 'withdraw'), [['withdraw', native.submissions[0].ticket]]);
  assert.equal(callsOf(native, 'cancel').length, 0);
  assert.equal(listeners(control.signal), 0);
});

test('the native side waits with a request until the code that made it has returned', async () => {
  const { engine, native } = fakeEngine();
  engine.execute({}, { signal: new AbortController().signal });
  assert.equal(native.held, true);
  await null;
  assert.equal(native.held, false);
});

test('aborted when acceptance can no longer be stopped: cancelled as soon as the id is known', async () => {
  const { engine, native } = fakeEngine();
  native.withdrawable = false;
  const control = new AbortController();
  const accepted = engine.execute({}, { signal: control.signal });
  control.abort();
  native.submissions[0].accept(id);
  assert.equal(await accepted, id);
  assert.deepEqual(callsOf(native, 'cancel'), [['cancel', id]]);
});

test('aborted while it runs: cancelled, and run still resolves', async () => {
  const { engine, native } = fakeEngine();
  const control = new AbortController();
  const result = engine.run({}, { signal: control.signal });
  await native.submissions[0].accept(id);
  control.abort();
  assert.deepEqual(callsOf(native, 'cancel'), [['cancel', id]]);
  assert.deepEqual(await result, { waited: id });
});

test('an abort that comes too late for the native side is nobody’s error', async () => {
  const { engine, native } = fakeEngine();
  const control = new AbortController();
  const accepted = engine.execute({}, { signal: control.signal });
  await native.submissions[0].accept(id);
  await accepted;
  native.results.delete(id);
  const warned = () => assert.fail('warned');
  process.on('warning', warned);
  control.abort();
  await turn();
  process.off('warning', warned);
  assert.equal(callsOf(native, 'cancel').length, 1);
});

test('that it was over already is no reason to warn, anything else that an abort meets is', async (t) => {
  const warnings = collectWarnings(t);
  for (const code of ['NOT_RUNNING', 'NOT_FOUND', 'ENGINE_CLOSED', 'IO']) {
    const { engine, native } = fakeEngine();
    native.cancel = () => Promise.reject(native.hooks.error({ code, message: 'met by an abort', execution_id: id }));
    const control = new AbortController();
    const accepted = engine.execute({}, { signal: control.signal });
    await native.submissions[0].accept(id);
    await accepted;
    control.abort();
    await turn();
  }
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['IO'],
  );
});

test('a refusal stays the refusal, and stops watching', async () => {
  const { engine, native } = fakeEngine();
  const { signal } = new AbortController();
  const accepted = engine.execute({}, { signal });
  const refusal = native.hooks.error({ code: 'QUEUE_FULL', message: 'full' });
  native.submissions[0].refuse(refusal);
  await assert.rejects(accepted, (error) => error === refusal);
  assert.equal(listeners(signal), 0);
});

test('one signal for 10,000 executions carries one listener while they run and none afterwards', async () => {
  const { engine, native } = fakeEngine();
  const { signal } = new AbortController();
  const ids = Array.from({ length: 10_000 }, (_, i) => `id-${i}`);
  const accepted = ids.map(() => engine.execute({}, { signal }));
  ids.forEach((each, i) => native.submissions[i].accept(each));
  assert.deepEqual(await Promise.all(accepted), ids);
  assert.equal(listeners(signal), 1);
  for (const each of ids.slice(1)) native.finish(each);
  assert.equal(listeners(signal), 1);
  native.finish(ids[0]);
  assert.equal(listeners(signal), 0);
});

test('an abort reaches every execution under the signal, and the signal can be watched by several engines', async () => {
  const control = new AbortController();
  const fakes = [fakeEngine(), fakeEngine()];
  for (const { engine, native } of fakes) {
    const accepted = engine.execute({}, { signal: control.signal });
    await native.submissions[0].accept(id);
    await accepted;
  }
  assert.equal(listeners(control.signal), 1);
  control.abort();
  for (const { native } of fakes) assert.equal(callsOf(native, 'cancel').length, 1);
});

test('a plan is cancelled under its own id, and its signal is let go when it ends', async () => {
  const { engine, native } = fakeEngine();
  const control = new AbortController();
  const accepted = engine.executePlan({}, { signal: control.signal });
  await native.submissions[0].accept(id);
  await accepted;
  assert.equal(listeners(control.signal), 1);
  native.endPlan();
  await turn();
  assert.equal(listeners(control.signal), 0);
  const second = engine.executePlan({}, { signal: control.signal });
  await native.submissions[1].accept(id);
  await second;
  control.abort();
  assert.deepEqual(callsOf(native, 'cancel'), [['cancel', id]]);
});

test('what is no AbortSignal, or stands in the place of options, is refused; null and undefined are none', async () => {
  const { engine, native } = fakeEngine();
  for (const signal of [5, {}, 'abort']) {
    await assert.rejects(engine.execute({}, { signal }), { code: 'VALIDATION', field: 'options.signal' });
  }
  const { signal } = new AbortController();
  const noOptions = [5, 'signal', signal, new AbortController(), [], [{ signal }], new Map(), new Date()];
  for (const options of noOptions) {
    for (const method of ['execute', 'run', 'executePlan']) {
      const expected = { code: 'VALIDATION', kind: 'WRONG_TYPE', field: 'options' };
      await assert.rejects(engine[method]({}, options), expected, String(options));
    }
  }
  await assert.rejects(engine.run({}, { timeout_ms: 5 }), { kind: 'UNKNOWN_FIELD', field: 'options.timeout_ms' });
  for (const options of [undefined, null, {}, { signal: null }, { timeout_ms: undefined }]) engine.execute({}, options);
  await turn();
  assert.equal(native.submissions.length, 5);
});
