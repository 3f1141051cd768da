// What JavaScript can pass in to hurt: every one of these ends in a rejected promise or a thrown error, and the engine
// works afterwards.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { ExecutionEngine } from '../../lib/index.mjs';
import { exec, sanitized, shell, withCode, within } from '../support.mjs';
import { runModule } from './support.mjs';

const cyclic = {};
for (const name of 'abcdefgh') cyclic[name] = cyclic;
const cyclicArray = [];
cyclicArray.push(cyclicArray, cyclicArray, cyclicArray, cyclicArray, cyclicArray, cyclicArray);

const boom = () => {
  throw new RangeError('boom');
};
const traps = ['ownKeys', 'get', 'getOwnPropertyDescriptor'];
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const hostile = {
  'an object that refers to itself in eight places': cyclic,
  'an array that refers to itself': exec('true', cyclicArray),
  'a sparse array of 2^32-1 elements': exec('true', new Array(2 ** 32 - 1)),
  'a million-fold string of 100 MB': exec('true', new Array(100_000).fill('x'.repeat(100_000_000))),
  'a getter that throws': {
    get command() {
      return boom();
    },
  },
  'a nested getter that throws': {
    command: { type: 'exec', program: 'true', args: Object.defineProperty([], 0, { get: boom, enumerable: true }) },
  },
  'a revoked proxy': revoked(),
  'a command that is a revoked proxy': { command: revoked() },
  'a BigInt': shell('true', { timeout_ms: 10n }),
  'a symbol': shell(Symbol('x')),
  'a function': shell('true', { env: () => ({}) }),
  'a Date as a timeout': shell('true', { timeout_ms: new Date() }),
  'a boxed string': shell(new String('true')),
  'a Map as an environment': shell('true', { env: new Map([['A', '1']]), inherit_env: 1 }),
  'binary data of another kind': shell('true', { stdin: { type: 'data', data: new Float64Array(4) } }),
  'a SharedArrayBuffer': shell('true', { stdin: { type: 'data', data: new SharedArrayBuffer(4) } }),
  'an object whose keys are __proto__ and constructor': JSON.parse('{"__proto__":{"type":"shell"},"constructor":1}'),
  nothing: undefined,
  'a number': 42,
};
for (const trap of traps) hostile[`a proxy whose ${trap} throws`] = new Proxy(shell('true'), { [trap]: boom });

let engine;
beforeEach(() => {
  engine = new ExecutionEngine({ log_dir: null, enable_auto_cleanup: false, kill_grace_period_ms: 300 });
});
afterEach(() => engine.close());

describe('a hostile request', () => {
  for (const [what, request] of Object.entries(hostile)) {
    test(what, async () => {
      await assert.rejects(within(20_000, engine.execute(request), what), (error) => {
        assert.ok(
          error.code === 'VALIDATION' || error instanceof RangeError || error instanceof TypeError,
          String(error),
        );
        return true;
      });
      assert.equal((await engine.getStats()).total, 0);
      assert.equal((await engine.run(exec('true'))).status, 'completed');
    });
  }

  test('a getter that closes the engine meanwhile', async () => {
    let closed;
    const request = {
      get command() {
        closed = engine.close();
        return { type: 'exec', program: 'true' };
      },
    };
    const outcome = await within(
      10_000,
      engine.run(request).catch((error) => error),
      'run',
    );
    assert.equal(outcome.code, 'ENGINE_CLOSED');
    await closed;
  });

  test(
    'a getter that calls back into the engine a hundred levels deep',
    { skip: sanitized && 'a sanitizer’s frames fill the stack sooner' },
    async () => {
      const inner = [];
      const level = (left) => ({
        get command() {
          if (left > 0) inner.push(engine.run(level(left - 1)));
          return { type: 'exec', program: 'true' };
        },
      });
      await engine.run(level(100)).catch((error) => assert.equal(error.code, 'CONCURRENCY_LIMIT_REACHED'));
      const ends = await within(20_000, Promise.allSettled(inner), 'the inner ones');
      assert.equal(ends.length, 100);
      assert.ok(
        ends.every((end) => end.value?.status === 'completed' || end.reason?.code === 'CONCURRENCY_LIMIT_REACHED'),
      );
    },
  );

  // In a host of its own: so close to the end of the stack Node itself loses rejections, and says so.
  test('from the very bottom of the stack', async (t) => {
    const outcome = await runModule(
      t,
      `
      process.on('unhandledRejection', () => {});
      const engine = makeEngine({ concurrency_policy: 'queue' });
      let made = 0;
      const dive = () => {
        engine.run(exec('true')).catch(() => {});
        made++;
        dive();
      };
      let depth = 0;
      const measure = () => { depth++; measure(); };
      try { measure(); } catch {}
      const down = (left) => (left > 0 ? down(left - 1) : dive());
      try { down(Math.floor(depth * 0.3)); } catch {}
      const { stdout } = await engine.run(shell('echo alive'));
      await engine.close({ mode: 'drain' });
      console.log(JSON.stringify({ made, stdout }));`,
    );
    assert.ok(outcome.made > 0);
    assert.equal(outcome.stdout, 'alive\n');
  });

  test('request parts that change while they are read', async () => {
    for (const length of [2 ** 32, -1, NaN, {}]) {
      const args = new Proxy(['a', 'b'], { get: (target, name) => (name === 'length' ? length : target[name]) });
      await assert.rejects(engine.execute(exec('echo', args)), withCode('VALIDATION', { field: 'command.args' }));
    }
    const shrinking = ['a', 'b', 'c'];
    Object.defineProperty(shrinking, 0, {
      enumerable: true,
      configurable: true,
      get() {
        shrinking.length = 1;
        return 'a';
      },
    });
    await assert.rejects(engine.execute(exec('echo', shrinking)), withCode('VALIDATION'));
  });
});

describe('text', () => {
  test('lone surrogates arrive as U+FFFD, everything else as UTF-8', async () => {
    const result = await engine.run(exec('printf', ['%s', 'a\ud800b\udc00c\u{1f600}']));
    assert.equal(result.stdout, 'a\ufffdb\ufffdc\u{1f600}');
  });

  test('an argument of 1 MB is E2BIG, a stdin of 64 MB goes through', async () => {
    await assert.rejects(engine.run(exec('true', ['x'.repeat(1 << 20)])), withCode('SPAWN_FAILED', { errno: 'E2BIG' }));
    const result = await engine.run(exec('wc', ['-c'], { stdin: { type: 'data', data: 'x'.repeat(64 << 20) } }));
    assert.equal(result.stdout.trim(), String(64 << 20));
  });

  test('two million arguments are E2BIG', async () => {
    const request = exec('true', new Array(2_000_000).fill('x'));
    await assert.rejects(engine.run(request), withCode('SPAWN_FAILED', { errno: 'E2BIG' }));
  });

  test('NUL is refused wherever it is', async () => {
    for (const request of [
      shell('a\0b'),
      exec('true', ['\0']),
      shell('true', { working_dir: '/\0' }),
      shell('true', { env: { 'A\0': 'b' } }),
    ])
      await assert.rejects(engine.execute(request), withCode('VALIDATION'));
  });
});

describe('every method', () => {
  const methods = [
    'waitForCompletion',
    'cancel',
    'getStatus',
    'getResult',
    'readLogs',
    'getLogPath',
    'removeExecution',
    'closeStdin',
    'writeStdin',
    'readOutput',
    'waitForPlan',
    'getPlanResult',
    'executePlan',
    'execute',
    'run',
    'close',
  ];
  const values = [
    undefined,
    null,
    0,
    NaN,
    '',
    'x',
    Symbol('s'),
    10n,
    {},
    [],
    () => {},
    revoked(),
    '00000000-0000-4000-8000-000000000000',
  ];
  for (const method of methods) {
    test(`${method} of anything settles`, async () => {
      for (const first of values) {
        for (const second of [undefined, null, Symbol('s'), {}, 'stdout']) {
          const own = method === 'close' ? new ExecutionEngine({ log_dir: null }) : engine;
          let outcome;
          try {
            outcome = own[method](first, second);
          } catch (error) {
            assert.ok(error instanceof Error);
            continue;
          }
          await within(
            10_000,
            Promise.resolve(outcome).catch((error) => assert.ok(error instanceof Error)),
            method,
          );
        }
      }
      assert.equal((await engine.run(exec('true'))).status, 'completed');
    });
  }
});

test('a constructor that cannot have descriptors throws, and works when they are back', async (t) => {
  const outcome = await runModule(
    t,
    `
    import fs from 'node:fs';
    await makeEngine().close();
    const taken = [];
    try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
    const codes = [];
    for (let free = 0; free < 6; free++) {
      try { const engine = makeEngine(); codes.push('made'); await engine.close(); }
      catch (error) { codes.push(error.code + ' ' + error.errno); }
      fs.closeSync(taken.pop());
    }
    for (const fd of taken) fs.closeSync(fd);
    const engine = makeEngine();
    const { stdout } = await engine.run(shell('echo back'));
    await engine.close();
    console.log(JSON.stringify({ codes, stdout }));`,
    { before: 'ulimit -n 64' },
  );
  assert.equal(outcome.codes[0], 'IO EMFILE');
  assert.ok(
    outcome.codes.every((code) => code === 'IO EMFILE' || code === 'made'),
    outcome.codes,
  );
  assert.equal(outcome.stdout, 'back\n');
});
