// SidecarEngine: the interface of ExecutionEngine, with the engine in another process.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ExecutionError, SidecarEngine, ValidationError } from '../../client/index.mjs';
import { ExecutionEngine } from '../../lib/index.mjs';
import { bin } from '../cli/cli.mjs';
import { exec, makeEngine, recordEvents, shell, tempDir, until, within, withCode } from '../support.mjs';

import { makeSidecar, openSidecar } from './support.mjs';

const require = createRequire(import.meta.url);
const nobody = '00000000-0000-4000-8000-000000000000';

test('it has every member of ExecutionEngine', () => {
  const membersOf = (type) => Object.getOwnPropertyNames(type.prototype);
  const missing = membersOf(ExecutionEngine).filter(
    (name) => !membersOf(SidecarEngine.prototype.constructor).includes(name),
  );
  const inherited = missing.filter((name) => !(name in SidecarEngine.prototype));
  assert.deepEqual(inherited, []);
  assert.ok(Symbol.asyncDispose === undefined || Symbol.asyncDispose in SidecarEngine.prototype);
  assert.equal(typeof SidecarEngine.initGlobal, 'function');
  assert.throws(() => SidecarEngine.global(), withCode('NOT_INITIALIZED'));
  assert.ok(SidecarEngine.prototype instanceof EventEmitter);
});

describe('the same as with an engine of one’s own', () => {
  test('results, logs, output, lists and numbers', async (t) => {
    const engine = makeSidecar(t);
    const id = await engine.execute(shell('printf "a\\377"; echo b >&2'));
    const result = await engine.waitForCompletion(id.toUpperCase());
    assert.deepEqual([result.status, result.stdout, result.stderr], ['completed', 'a\ufffd', 'b\n']);
    assert.deepEqual(await engine.readOutput(id, 'stdout'), Buffer.from([0x61, 0xff]));
    assert.equal(engine.getLogPath(id), result.log_path);
    assert.match(await engine.readLogs(id), /^b$/m);
    assert.deepEqual(await engine.getResult(id), result);
    assert.equal(await engine.getStatus(id), 'completed');
    assert.equal((await engine.listExecutions())[0].id, id);
    assert.equal((await engine.getStats()).completed, 1);
    assert.equal((await engine.getConcurrencyMetrics()).currently_running, 0);
    await engine.removeExecution(id);
    assert.throws(() => engine.getLogPath(id), withCode('NOT_FOUND'));
    assert.equal(await engine.cleanup(), 0);
  });

  test('an execution without a log', async (t) => {
    const both = [makeSidecar(t, { log_dir: null }), makeEngine(t, { log_dir: null })];
    for (const engine of both) {
      const { id } = await engine.run(exec('true'));
      const expected = withCode('LOG_READ_FAILED', { message: `execution ${id} has no log`, execution_id: id });
      assert.throws(() => engine.getLogPath(id.toUpperCase()), expected);
    }
  });

  test('errors are of the same classes, with what is known of them', async (t) => {
    const engine = makeSidecar(t);
    await assert.rejects(engine.execute(exec('')), (error) => {
      assert.ok(error instanceof ValidationError);
      assert.deepEqual([error.kind, error.field], ['INVALID_COMMAND', 'command.program']);
      return true;
    });
    await assert.rejects(
      engine.getStatus(nobody),
      (error) => error instanceof ExecutionError && error.code === 'NOT_FOUND',
    );
    await assert.rejects(
      engine.run(exec('true', [], { timeout_ms: NaN })),
      withCode('VALIDATION', { field: 'timeout_ms' }),
    );
    const own = {};
    own.command = own;
    await assert.rejects(engine.run(own), withCode('SERIALIZATION'));
    await assert.rejects(async () => engine.events(nobody).next(), withCode('NOT_FOUND'));
    await assert.rejects(engine.writeStdin(nobody, 'x'), withCode('NOT_FOUND'));
  });

  test('events in order, to listeners and handlers; a handler that throws harms nobody', async (t) => {
    const engine = makeSidecar(t);
    const events = recordEvents(engine);
    const errors = [];
    engine.on('handlerError', (error) => errors.push(error.message));
    const remove = engine.addEventHandler({
      onEvent: () => {
        throw new Error('on purpose');
      },
    });
    await engine.run(shell('echo 1; echo 2; exit 4'));
    assert.deepEqual(
      events.map((event) => event.line ?? event.event_type),
      ['started', '1', '2', 'failed'],
    );
    assert.deepEqual(errors, Array(4).fill('on purpose'));
    remove();
  });

  test('iterators opened right after execute miss nothing', async (t) => {
    const engine = makeSidecar(t);
    for (let i = 0; i < 10; i++) {
      const id = await engine.execute(exec('seq', ['1', '50']));
      const seen = [];
      for await (const event of engine.events(id)) seen.push(event.line ?? event.event_type);
      assert.deepEqual(seen, ['started', ...Array.from({ length: 50 }, (_, n) => String(n + 1)), 'completed']);
    }
  });

  test('an iterator that falls behind holds its child back, and no other', async (t) => {
    const engine = makeSidecar(t);
    const total = 40_000;
    const id = await engine.execute(shell(`seq -f %0200.0f 1 ${total}`));
    const lines = engine.lines(id);
    const first = await lines.next();
    assert.equal(Number(first.value.line), 1);
    for (let i = 0; i < 20; i++) assert.equal((await engine.run(exec('true'))).success, true);
    assert.equal(await engine.getStatus(id), 'running');
    let count = 1;
    let open = '';
    for await (const { line, partial } of lines) {
      // A line that was half read when the child was held comes in two pieces.
      open += line;
      if (partial) continue;
      assert.equal(Number(open), ++count);
      open = '';
    }
    assert.equal(count, total);
  });

  test('a reader of what has ended holds up neither those who wait for it nor others', async (t) => {
    const engine = makeSidecar(t);
    const id = await engine.execute(exec('seq', ['100000']));
    const lines = engine.lines(id);
    await lines.next();
    const { status } = await within(20_000, engine.waitForCompletion(id), 'an execution whose reader stands still');
    assert.equal(status, 'completed');
    assert.equal((await within(20_000, engine.run(exec('true')), 'the next command')).success, true);
    let count = 1;
    for await (const { partial } of lines) if (!partial) count++;
    assert.equal(count, 100_000);
  });

  test('an id that is used again after its reader stood still is not held', async (t) => {
    const engine = makeSidecar(t);
    const request = exec('bash', ['-c', "head -c 290000 /dev/zero | tr '\\0' x | fold -w 8000"], { id: randomUUID() });
    for (let i = 0; i < 3; i++) {
      const id = await engine.execute(request);
      const lines = engine.lines(id);
      await within(20_000, engine.waitForCompletion(id), `use ${i} of the id`);
      await lines.return();
      await engine.removeExecution(id);
    }
  });

  test('close ends what is held, also if the reader falls behind only then', async (t) => {
    for (let i = 0; i < 3; i++) {
      const engine = makeSidecar(t);
      const id = await engine.execute(shell(`sleep 0.02; yes ${'x'.repeat(40)} | head -c 900000; sleep 5`));
      const lines = engine.lines(id);
      await lines.next();
      const ended = engine.waitForCompletion(id);
      await within(20_000, engine.close({ mode: 'cancel', timeout_ms: 1000 }), 'closing');
      assert.equal((await ended).status, 'cancelled');
    }
  });

  test('stdin: text and bytes, with its end', async (t) => {
    const engine = makeSidecar(t);
    const id = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    await engine.writeStdin(id, 'text ');
    await engine.writeStdin(id, new Uint8Array([0xff, 0x0a]).subarray(0, 1));
    await engine.closeStdin(id);
    await engine.waitForCompletion(id);
    assert.deepEqual(await engine.readOutput(id, 'stdout'), Buffer.from('text \xff', 'latin1'));
  });

  test('stdin: bytes that lie in a larger memory, and no others of it', async (t) => {
    const engine = makeSidecar(t);
    const bytes = Buffer.from('hello').subarray(1, 4);
    assert.ok(bytes.buffer.byteLength > 3 && bytes.byteOffset > 0);
    const request = exec('cat', [], { stdin: { type: 'data', data: bytes } });
    assert.equal((await engine.run(request)).stdout, 'ell');

    const plan = await engine.executePlan({ description: '', strategy: { type: 'serial' }, commands: [request] });
    assert.equal((await engine.waitForPlan(plan)).results[0].stdout, 'ell');

    const id = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    await engine.writeStdin(id, bytes);
    await engine.closeStdin(id);
    assert.equal((await engine.waitForCompletion(id)).stdout, 'ell');
  });

  test('an AbortSignal before and after acceptance', async (t) => {
    const engine = makeSidecar(t);
    const reason = new Error('changed my mind');
    await assert.rejects(engine.execute(exec('true'), { signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const running = engine.run(exec('sleep', ['50']), { signal: controller.signal });
    await new Promise((resolve) => engine.once('started', resolve));
    controller.abort();
    assert.equal((await within(5000, running, 'the cancelled run')).status, 'cancelled');
    await assert.rejects(engine.run(exec('true'), { signal: 'x' }), withCode('VALIDATION'));
  });

  test('an abort by the code that has just made the request comes in time: nothing starts', async (t) => {
    const engine = makeSidecar(t);
    const started = recordEvents(engine);
    const reason = new Error('changed my mind');
    const request = exec('sleep', ['50']);
    const plan = { description: '', strategy: { type: 'serial' }, commands: [request] };
    const abortedAtOnce = async (method, what) => {
      const controller = new AbortController();
      const call = engine[method](what, { signal: controller.signal });
      controller.abort(reason);
      await assert.rejects(call, reason);
    };
    const each = () => [
      abortedAtOnce('execute', request),
      abortedAtOnce('run', request),
      abortedAtOnce('executePlan', plan),
    ];
    // Before the sidecar is there, one by one, and many in one turn.
    await Promise.all(each());
    await engine.ready;
    for (let i = 0; i < 5; i++) for (const method of ['execute', 'run']) await abortedAtOnce(method, request);
    await abortedAtOnce('executePlan', plan);
    await Promise.all(Array.from({ length: 5 }, each).flat());
    const others = await Promise.all([engine.run(exec('true')), ...each()]);
    assert.equal(others[0].status, 'completed');
    assert.equal((await engine.getStats()).total, 1);
    assert.deepEqual(
      started.map((event) => event.event_type),
      ['started', 'completed'],
    );
  });

  test('the events of a serial plan come in the order of its commands', async (t) => {
    const engine = makeSidecar(t);
    const commands = Array.from({ length: 6 }, (_, i) => exec('echo', [String(i)]));
    const expected = commands.flatMap((_, i) => ['started', 'stdout', 'completed', `progress ${i + 1}`]);
    for (let round = 0; round < 5; round++) {
      const seen = [];
      const listener = (event) =>
        seen.push(event.event_type === 'progress' ? `progress ${event.completed}` : event.event_type);
      engine.on('event', listener);
      await engine.waitForPlan(await engine.executePlan({ description: '', strategy: { type: 'serial' }, commands }));
      await until(() => seen.at(-1) === expected.at(-1), 5000, 'the last progress');
      engine.off('event', listener);
      assert.deepEqual(seen, expected);
    }
  });

  test('plans', async (t) => {
    const engine = makeSidecar(t);
    const commands = [exec('cat', [], { stdin: { type: 'data', data: new Uint8Array([0x68, 0x69]) } }), exec('false')];
    const id = await engine.executePlan({ description: 'x', strategy: { type: 'parallel' }, commands });
    const result = await engine.waitForPlan(id);
    assert.deepEqual([result.status, result.results[0].stdout], ['failed', 'hi']);
    assert.deepEqual(await engine.getPlanResult(id), result);
  });
});

describe('configuration', () => {
  test('one that is not allowed rejects `ready` and every call', async (t) => {
    const engine = makeSidecar(t, { max_concurrent_executions: 0 });
    const expected = withCode('VALIDATION', { field: 'max_concurrent_executions' });
    await assert.rejects(engine.ready, expected);
    await assert.rejects(engine.run(exec('true')), expected);
  });

  test('what is none is refused, not taken for the defaults', async (t) => {
    for (const config of [5, 'x', [], new Map([['log_dir', null]]), () => {}]) {
      await assert.rejects(openSidecar(t, config).ready, withCode('VALIDATION', { field: '' }), String(config));
    }
  });

  test('what JSON has no word for is refused in the engine’s own words, wherever it stands', async (t) => {
    const engines = [makeEngine(t), makeSidecar(t)];
    const sayTheSame = async (call) => {
      const [mine, other] = await Promise.all(
        engines.map((engine) =>
          call(engine).then(
            () => 'accepted',
            ({ code, kind, field, message }) => [code, kind, field, message],
          ),
        ),
      );
      assert.deepEqual(other, mine, call.toString());
    };
    const values = [
      NaN,
      Infinity,
      1n,
      Symbol('x'),
      () => 1,
      new Map([['a', 'b']]),
      new Date(),
      new Error('x'),
      new URL('a:b'),
    ];
    values.push(
      new ArrayBuffer(3),
      new Uint8Array(3),
      new Uint16Array(2),
      new DataView(new ArrayBuffer(1)),
      new String('x'),
      new Number(1),
      [undefined],
    );
    for (const value of values) {
      for (const field of ['timeout_ms', 'env', 'id', 'working_dir', 'stdin', 'metadata'])
        await sayTheSame((engine) => engine.run(exec('true', [], { [field]: value })));
      await sayTheSame((engine) => engine.run(exec('true', [value])));
      await sayTheSame((engine) => engine.run({ command: { type: 'shell', command: value } }));
      await sayTheSame((engine) => engine.run(exec('true', [], { env: { A: value } })));
      if (!(value instanceof Uint8Array))
        await sayTheSame((engine) => engine.run(exec('true', [], { stdin: { type: 'data', data: value } })));
      await sayTheSame((engine) =>
        engine.executePlan({ description: value, strategy: { type: 'serial' }, commands: [] }),
      );
      await sayTheSame((engine) => engine.getStatus(value));
      await sayTheSame((engine) => engine.close({ timeout_ms: value }));
    }
    await sayTheSame((engine) => engine.run({ ...exec('true'), toJSON: () => exec('false') }));
    await sayTheSame((engine) =>
      engine.run({
        get command() {
          throw new Error('mine');
        },
      }),
    );
  });

  test('toJSON is not asked', async (t) => {
    class Request {
      command = { type: 'exec', program: 'true' };
      toJSON() {
        return exec('false');
      }
    }
    assert.equal((await makeSidecar(t).run(new Request())).exit_code, 0);
  });

  test('bytes that are none are not written', async (t) => {
    const engine = makeSidecar(t);
    const id = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    for (const chunk of [new ArrayBuffer(3), new Map(), NaN, () => 1, new Date(0)]) {
      await assert.rejects(engine.writeStdin(id, chunk), withCode('VALIDATION', { field: 'chunk' }));
    }
    await engine.closeStdin(id);
    assert.equal((await engine.waitForCompletion(id)).stdout, '');
  });

  test('initGlobal refuses also what does not count', async (t) => {
    const engine = SidecarEngine.initGlobal({ max_concurrent_executions: -1, log_dir: null });
    t.after(() => engine.close());
    await assert.rejects(engine.ready, withCode('VALIDATION', { field: 'max_concurrent_executions' }));
  });

  test('a command that is none is refused by name', () => {
    for (const command of ['node', [], [1], {}]) {
      assert.throws(() => new SidecarEngine({}, { command }), withCode('VALIDATION', { field: 'options.command' }));
    }
  });

  test('it is the one that the sidecar’s engine has', async (t) => {
    const engine = makeSidecar(t, { max_concurrent_executions: 3 });
    assert.equal((await engine.ready).protocol, 1);
    assert.equal((await engine.getConcurrencyMetrics()).max_concurrent, 3);
  });

  test('it goes before the EXEC_* variables, which hold where it says nothing', async (t) => {
    const log_dir = tempDir();
    const variables = ['EXEC_MAX_CONCURRENT=7', `EXEC_LOG_DIR=${log_dir}`];
    const command = ['env', ...variables, process.execPath, bin, 'sidecar'];
    for (const [config, expected] of [
      [{ max_concurrent_executions: 3 }, 3],
      [{}, 7],
      [undefined, 7],
      [null, 7],
    ]) {
      const engine = openSidecar(t, config, { command });
      assert.equal((await engine.getConcurrencyMetrics()).max_concurrent, expected);
      assert.ok((await engine.run(exec('true'))).log_path.startsWith(`${log_dir}/`));
    }
  });
});

test('in a browser: nothing of Node is loaded, and there must be a transport', async () => {
  const { SidecarEngine: Bare } = require('../../client/browser.js');
  assert.throws(() => new Bare(), withCode('IO'));
  const { outputFiles, metafile } = await require('esbuild').build({
    entryPoints: [fileURLToPath(new URL('../../client/browser.js', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    logLevel: 'silent',
  });
  assert.ok(outputFiles[0].text.length > 1000);
  const inputs = Object.keys(metafile.inputs);
  assert.ok(
    inputs.some((path) => path.endsWith('node_modules/events/events.js')),
    'the events package',
  );
  assert.deepEqual(
    inputs.filter((path) => path.includes('native') || path.includes('spawn')),
    [],
  );
});

test('in a browser: bytes of any length go to the sidecar and come back', (t) => {
  const { bytesFromWire, bytesToWire } = require('../../client/bytes.js');
  const memory = Uint8Array.from({ length: 25_000 }, (_, i) => (i * 7) % 251);
  const { Buffer } = globalThis;
  t.after(() => (globalThis.Buffer = Buffer));
  for (const length of [0, 1, 8191, 8192, 8193, 20_000]) {
    const bytes = memory.subarray(3, 3 + length);
    const expected = Buffer.from(bytes).toString('base64');
    delete globalThis.Buffer;
    const wire = bytesToWire(bytes);
    const back = bytesFromWire(wire);
    globalThis.Buffer = Buffer;
    assert.ok(wire.base64 === expected, `${length} bytes`);
    assert.deepEqual(back, new Uint8Array(bytes));
  }
});
