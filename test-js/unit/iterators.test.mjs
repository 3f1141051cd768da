import assert from 'node:assert/strict';
import { test } from 'node:test';

import { collect } from '../support.mjs';
import { fakeEngine, id, turn } from './fake_engine.mjs';

function running(config) {
  const fake = fakeEngine(config);
  fake.native.results.set(id, null);
  return fake;
}

test('events() yields everything from the call on and ends with the terminal event', async () => {
  const { engine, native } = running();
  const all = collect(engine.events(id.toUpperCase()));
  native.hooks.started(id, 'ls', 'now');
  native.output(id, ['1', '2']);
  await turn();
  native.output(id, ['3'], { stream: 'stderr', seq: 3, partial: true });
  native.output('another', ['x']);
  native.finish(id, 'failed', { exit_code: 2 });
  native.output(id, ['after the end']);
  const events = await all;
  assert.deepEqual(
    events.map((event) => [event.event_type, event.line, event.seq, event.partial]),
    [
      ['started', undefined, undefined, undefined],
      ['stdout', '1', 1, undefined],
      ['stdout', '2', 2, undefined],
      ['stderr', '3', 3, true],
      ['failed', undefined, undefined, undefined],
    ],
  );
  assert.equal(events.at(-1).result.exit_code, 2);
});

test('lines() yields the lines only, and does not ask for the result', async () => {
  const { engine, native } = running();
  const all = collect(engine.lines(id));
  native.hooks.started(id, 'ls', 'now');
  native.output(id, ['1', '']);
  native.output(id, ['2'], { stream: 'stderr', partial: true });
  native.finish(id);
  assert.deepEqual(await all, [
    { stream: 'stdout', line: '1' },
    { stream: 'stdout', line: '' },
    { stream: 'stderr', line: '2', partial: true },
  ]);
  assert.equal(native.resultsMade, 0);
});

test('several calls of next at once are answered in order', async () => {
  const { engine, native } = running();
  const iterator = engine.lines(id);
  const four = [iterator.next(), iterator.next(), iterator.next(), iterator.next()];
  native.output(id, ['1', '2', '3']);
  native.finish(id);
  const answers = await Promise.all(four);
  assert.deepEqual(
    answers.map(({ value, done }) => [value?.line, done]),
    [
      ['1', false],
      ['2', false],
      ['3', false],
      [undefined, true],
    ],
  );
  assert.deepEqual(await iterator.next(), { value: undefined, done: true });
});

test('a chunk is acknowledged once every iterator has used it up, whenever it was first pulled', async () => {
  const { engine, native } = running();
  const [fast, slow, late] = [engine.events(id), engine.lines(id), engine.lines(id)];
  const waiting = [fast.next(), slow.next()];
  assert.equal(native.output(id, ['1', '2'], { bytes: 10 }), false);
  await Promise.all([...waiting, fast.next(), slow.next()]);
  assert.equal(native.acknowledged, 0);
  assert.deepEqual((await late.next()).value, { stream: 'stdout', line: '1' });
  assert.equal(native.acknowledged, 0);
  await late.next();
  assert.equal(native.acknowledged, 10);
});

test('an ended execution is forgotten', async () => {
  const { engine, native } = running();
  const iterator = engine.events(id);
  native.finish(id);
  native.finish(id);
  assert.equal(native.resultsMade, 1);
  assert.equal((await collect(iterator)).length, 1);
});

test('a line that a waiting consumer takes at once is consumed, not held', async () => {
  const { engine, native } = running();
  const iterator = engine.lines(id);
  const next = iterator.next();
  assert.equal(native.output(id, ['1']), true);
  assert.equal((await next).value.line, '1');
  assert.equal(native.acknowledged, 0);
});

test('leaving a for await releases all that is held, and nobody keeps it from then on', async () => {
  const { engine, native } = running();
  const iterator = engine.lines(id);
  const loop = (async () => {
    for await (const { line } of iterator) if (line === '1') break;
  })();
  assert.equal(native.output(id, ['1', '2'], { bytes: 4 }), false);
  assert.equal(native.output(id, ['3', '4'], { bytes: 4 }), false);
  await loop;
  assert.equal(native.acknowledged, 8);
  assert.equal(native.output(id, ['5']), true);
  assert.equal((await iterator.next()).done, true);
});

test('return answers a next that is still waiting', async () => {
  const { engine } = running();
  const iterator = engine.events(id);
  const next = iterator.next();
  assert.deepEqual(await iterator.return(), { value: undefined, done: true });
  assert.deepEqual(await next, { value: undefined, done: true });
  assert.deepEqual(await iterator.return(5), { value: 5, done: true });
});

test('an unknown id rejects at the first next, once, and only there', async () => {
  const { engine } = fakeEngine();
  for (const unknown of ['nobody', undefined, 5]) {
    const iterator = engine.events(unknown);
    await turn();
    await assert.rejects(iterator.next(), { code: 'NOT_FOUND' });
    assert.equal((await iterator.next()).done, true);
    await assert.rejects(engine.lines(unknown).next(), { code: 'NOT_FOUND' });
  }
});

test('an execution that had ended yields its terminal event only', async () => {
  const { engine, native } = running();
  native.finish(id, 'failed', { exit_code: 4, error: 'exited with code 4' });
  const events = await collect(engine.events(id.toUpperCase()));
  assert.equal(events.length, 1);
  const [{ event_type, execution_id, error, timestamp, result }] = events;
  assert.deepEqual([event_type, execution_id, error, timestamp], ['failed', id, 'exited with code 4', 'then']);
  assert.equal(result, native.results.get(id));
  assert.deepEqual(await collect(engine.lines(id)), []);
});

test('an execution that has ended is sent no acknowledgement', async () => {
  const { engine, native } = running();
  const lines = engine.lines(id);
  assert.equal(native.output(id, ['1', '2'], { bytes: 10 }), false);
  native.finish(id);
  assert.equal((await collect(lines)).length, 2);
  assert.equal(native.acknowledged, 0);
});

test('one that was left yields nothing, not even the end that was known', async () => {
  const { engine, native } = fakeEngine();
  native.finish(id);
  const events = engine.events(id);
  await events.return();
  await turn();
  assert.deepEqual(await events.next(), { value: undefined, done: true });
});

test('for one of an unknown id nothing is listened for any more', async () => {
  const { engine, native } = fakeEngine();
  await assert.rejects(engine.events('nobody').next());
  await turn();
  assert.deepEqual(native.calls.at(-1), ['listening', false]);
});
