import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import { collectWarnings } from '../support.mjs';
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

test('a handlerError listener that fails itself ends in a warning, not in a loop', async (t) => {
  const warnings = collectWarnings(t);
  const { engine, native } = fakeEngine();
  engine.on('stdout', throws);
  engine.on('handlerError', throws);
  engine.on('handlerError', () => Promise.reject(bad));
  native.output(id, ['1']);
  await turn();
  assert.equal(warnings.length, 2);
});

const unprintable = {
  'an object without a prototype': () => Object.create(null),
  'an object whose toString throws': () => ({
    toString() {
      throw 1;
    },
  }),
  'an error whose stack throws': () =>
    Object.defineProperty(new Error('on purpose'), 'stack', {
      get() {
        throw 1;
      },
    }),
  'an error whose stack is an object without a prototype': () =>
    Object.defineProperty(new Error('on purpose'), 'stack', { value: Object.create(null) }),
  'a proxy that throws': () =>
    new Proxy(
      {},
      {
        get() {
          throw 1;
        },
        getPrototypeOf() {
          throw 1;
        },
      },
    ),
  'a proxy that was revoked': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
};

for (const [what, make] of Object.entries(unprintable)) {
  test(`${what}, thrown or rejected with, becomes a warning too, and harms nobody`, async (t) => {
    const warnings = collectWarnings(t);
    const { engine, native } = fakeEngine();
    const seen = [];
    const fail = () => {
      throw make();
    };
    engine.on('stdout', fail);
    engine.addEventHandler({ onEvent: fail });
    engine.addEventHandler({ onEvent: async () => fail() });
    engine.addEventHandler({ onEvent: (event) => seen.push(event.line) });
    native.output(id, ['1', '2']);
    engine.on('handlerError', fail);
    engine.on('handlerError', async () => fail());
    native.output(id, ['3']);
    await turn();
    await turn();
    assert.deepEqual(seen, ['1', '2', '3']);
    // Of lines 1 and 2 those that threw, at once; of line 3 those, and of all lines the one that rejected, twice each.
    assert.equal(warnings.length, 2 * 2 + 2 * 2 + 3 * 2);
    for (const { message } of warnings) assert.match(message, /^a handler of the "stdout" event failed: it threw what/);
  });
}

test('an event type that was made a symbol or an object harms nobody either', async (t) => {
  const warnings = collectWarnings(t);
  const { engine, native } = fakeEngine();
  const seen = [];
  for (const type of [Symbol('type'), Object.create(null)]) {
    engine.on('stdout', (event) => {
      event.event_type = type;
      throw bad;
    });
  }
  engine.addEventHandler({ onEvent: (event) => seen.push(event.line) });
  native.output(id, ['1', '2']);
  await turn();
  assert.deepEqual(seen, ['1', '2']);
  assert.equal(warnings.length, 4);
  assert.match(warnings[0].message, /"Symbol\(type\)" event failed: Error: on purpose/);
});

test('without Node the console has the warning', (t) => {
  const { engine, native } = fakeEngine();
  const said = t.mock.method(console, 'warn', () => {});
  engine.on('stdout', throws);
  const { process } = globalThis;
  delete globalThis.process;
  try {
    native.output(id, ['1']);
  } finally {
    globalThis.process = process;
  }
  assert.match(said.mock.calls[0].arguments[0], /^ExecutionHandlerWarning: a handler .* failed: Error: on purpose/);
});

test('a listener of handlerError is called as a method of the engine, as by an EventEmitter', () => {
  const { engine, native } = fakeEngine();
  let self;
  engine.on('handlerError', function () {
    self = this;
  });
  engine.on('stdout', throws);
  native.output(id, ['1']);
  assert.equal(self, engine);
});
