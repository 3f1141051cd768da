import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fakeEngine, id } from './fake_engine.mjs';

const linesOf = (events) => events.map((event) => event.line);

test('a chunk becomes one event per line, in order, with consecutive numbers', () => {
  for (const told of [false, true]) {
    const { engine, native } = fakeEngine();
    const seen = [];
    engine.on('stdout', (event) => seen.push(event));
    assert.equal(native.output(id, ['one', '', 'three'], { seq: 7, told }), true);
    assert.deepEqual(seen, [
      { event_type: 'stdout', execution_id: id, line: 'one', timestamp: 'now', seq: 7 },
      { event_type: 'stdout', execution_id: id, line: '', timestamp: 'now', seq: 8 },
      { event_type: 'stdout', execution_id: id, line: 'three', timestamp: 'now', seq: 9 },
    ]);
    native.output(id, [''], { seq: 10, told });
    assert.deepEqual(linesOf(seen.slice(3)), ['']);
  }
});

test('a piece of a line is flagged partial', () => {
  const { engine, native } = fakeEngine();
  const seen = [];
  engine.on('stderr', (event) => seen.push(event));
  native.output(id, ['name? '], { stream: 'stderr', partial: true });
  const expected = { event_type: 'stderr', execution_id: id, line: 'name? ', timestamp: 'now', seq: 1, partial: true };
  assert.deepEqual(seen, [expected]);
});

test('listeners, "event" listeners and handlers get the same object, in this order', () => {
  const { engine, native } = fakeEngine();
  const seen = [];
  engine.addEventHandler({ onEvent: (event) => seen.push(['handler', event]) });
  engine.on('event', (event) => seen.push(['event', event]));
  engine.on('started', (event) => seen.push(['started', event]));
  native.hooks.started(id, 'ls', 'now');
  assert.deepEqual(
    seen.map(([who]) => who),
    ['started', 'event', 'handler'],
  );
  assert.deepEqual(seen[0][1], { event_type: 'started', execution_id: id, command: 'ls', timestamp: 'now' });
  assert.ok(seen.every(([, event]) => event === seen[0][1]));
});

test('the terminal event has the status as its type; failed says why', () => {
  const { engine, native } = fakeEngine();
  const seen = [];
  engine.on('event', (event) => seen.push(event));
  native.finish(id, 'completed');
  native.finish(id, 'timeout');
  native.finish(id, 'failed', { error: 'could not start' });
  native.finish(id, 'failed', { exit_code: 3, error: 'exited with code 3' });
  native.finish(id, 'failed', { exit_code: -1, signal: 'SIGKILL', error: 'ended by SIGKILL' });
  assert.deepEqual(
    seen.map(({ event_type, error, result }) => [event_type, result.status, error]),
    [
      ['completed', 'completed', undefined],
      ['timeout', 'timeout', undefined],
      ['failed', 'failed', 'could not start'],
      ['failed', 'failed', 'exited with code 3'],
      ['failed', 'failed', 'ended by SIGKILL'],
    ],
  );
});

test('progress goes out as it came', () => {
  const { engine, native } = fakeEngine();
  const seen = [];
  engine.on('progress', (event) => seen.push(event));
  native.hooks.progress(id, 1, 2, null, 'now');
  assert.deepEqual(seen, [
    { event_type: 'progress', plan_id: id, completed: 1, total: 2, current_command: null, timestamp: 'now' },
  ]);
});

test('a result that nobody looks at is not made', () => {
  const { engine, native } = fakeEngine();
  engine.on('failed', () => assert.fail('completed is not failed'));
  native.finish(id, 'completed');
  assert.equal(native.resultsMade, 0);
  engine.once('completed', () => {});
  native.finish(id, 'completed');
  native.finish(id, 'completed');
  assert.equal(native.resultsMade, 1);
});

test('once sees one line; a listener may remove itself or others between two lines of a chunk', () => {
  const { engine, native } = fakeEngine();
  const seen = { once: [], other: [], self: [] };
  const other = (event) => seen.other.push(event.line);
  engine.once('stdout', (event) => seen.once.push(event.line));
  engine.on('stdout', function self(event) {
    assert.equal(this, engine);
    seen.self.push(event.line);
    if (event.line === '2') engine.off('stdout', other).off('stdout', self);
  });
  engine.on('stdout', other);
  native.output(id, ['1', '2', '3']);
  // As with emit: who is removed during an event still gets this one.
  assert.deepEqual(seen, { once: ['1'], self: ['1', '2'], other: ['1', '2'] });
});

test('a listener added by a listener sees the next line, not this one', () => {
  const { engine, native } = fakeEngine();
  const late = [];
  engine.once('stdout', () => {
    engine.prependListener('stdout', (event) => late.push(event.line));
    engine.on('event', (event) => late.push(`event ${event.line}`));
  });
  native.output(id, ['1', '2']);
  assert.deepEqual(late, ['2', 'event 2']);
  engine.removeAllListeners('stdout');
  engine.removeAllListeners();
  native.output(id, ['3']);
  assert.equal(late.length, 2);
});

test('however a listener comes or goes, the next line knows', () => {
  for (const add of ['on', 'addListener', 'prependListener', 'once', 'prependOnceListener']) {
    for (const remove of ['off', 'removeListener', 'removeAllListeners']) {
      const { engine, native } = fakeEngine();
      const lines = [];
      const late = (event) => lines.push(event.line);
      engine.addEventHandler({
        onEvent({ line }) {
          if (line === 'add') engine[add]('stderr', late);
          if (line === 'remove') engine[remove]('stderr', late);
        },
      });
      const expected = add.includes('nce') ? ['1'] : ['1', 'remove'];
      native.output(id, ['0', 'add', '1', 'remove', '2'], { stream: 'stderr' });
      assert.deepEqual(lines, expected, `${add}, ${remove}`);
    }
  }
});

test('a handler that the only listener adds or removes: the next line knows', () => {
  const { engine, native } = fakeEngine();
  const seen = [];
  let remove;
  engine.on('stdout', ({ line }) => {
    if (line === 'a') remove = engine.addEventHandler({ onEvent: ({ line }) => seen.push(line) });
    if (line === 'c') remove();
  });
  native.output(id, ['a', 'b', 'c', 'd']);
  assert.deepEqual(seen, ['b', 'c']);
});

test('a handler can be removed, twice added and added with a this of its own', () => {
  const { engine, native } = fakeEngine();
  const handler = {
    lines: [],
    onEvent(event) {
      this.lines.push(event.line);
    },
  };
  const remove = engine.addEventHandler(handler);
  engine.addEventHandler(handler);
  native.output(id, ['a']);
  remove();
  remove();
  native.output(id, ['b']);
  assert.deepEqual(handler.lines, ['a', 'a', 'b']);
});

test('what is not a handler is refused', () => {
  const { engine } = fakeEngine();
  for (const [bad, field, message] of [
    [undefined, 'handler', 'handler is undefined; it must be an object with a function onEvent'],
    [null, 'handler', 'handler is null; it must be an object with a function onEvent'],
    ['log', 'handler', 'handler is of type string; it must be an object with a function onEvent'],
    [() => {}, 'handler.onEvent', 'handler.onEvent is undefined; it must be a function'],
    [{ onEvent: 1 }, 'handler.onEvent', 'handler.onEvent is of type number; it must be a function'],
  ]) {
    const expected = { name: 'ValidationError', kind: 'WRONG_TYPE', field, message };
    assert.throws(() => engine.addEventHandler(bad), expected);
  }
});
