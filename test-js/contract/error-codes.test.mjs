// Contract §9: every code that the typings declare can be provoked from JavaScript, and is here.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';

import { SidecarEngine } from '../../client/index.mjs';
import { ExecutionEngine, ExecutionError } from '../../lib/index.mjs';
import { foreignTransport } from '../sidecar/foreign_transport.mjs';
import { exec, makeEngine, tempFile, withCode } from '../support.mjs';

const nobody = '00000000-0000-4000-8000-000000000000';
const sleeper = exec('sleep', ['1000']);

const provocations = {
  VALIDATION: (t) => makeEngine(t).execute({}),
  NOT_FOUND: (t) => makeEngine(t).getResult(nobody),
  async NOT_RUNNING(t) {
    const engine = makeEngine(t);
    await engine.cancel((await engine.run(exec('true'))).id);
  },
  async NOT_FINISHED(t) {
    const engine = makeEngine(t);
    await engine.getResult(await engine.execute(sleeper));
  },
  async CONCURRENCY_LIMIT_REACHED(t) {
    const engine = makeEngine(t, { max_concurrent_executions: 1 });
    await engine.execute(sleeper);
    await engine.execute(sleeper);
  },
  async QUEUE_FULL(t) {
    const config = { max_concurrent_executions: 1, concurrency_policy: 'queue', max_queued_executions: 1 };
    const engine = makeEngine(t, config);
    for (let i = 0; i < 3; i++) await engine.execute(sleeper);
  },
  SPAWN_FAILED: (t) => makeEngine(t).run(exec(tempFile('neither-script-nor-program', '\0\0\0\0', 0o755))),
  OUTPUT_SIZE_EXCEEDED: (t) =>
    makeEngine(t, { max_output_size_bytes: 10, oversized_output_strategy: 'fail_execution' }).run(exec('yes')),
  async LOG_READ_FAILED(t) {
    const engine = makeEngine(t);
    const { id, log_path } = await engine.run(exec('true'));
    rmSync(log_path);
    await engine.readLogs(id);
  },
  async IO(t) {
    const engine = makeEngine(t);
    const id = await engine.execute({ ...sleeper, stdin: { type: 'pipe' } });
    await engine.closeStdin(id);
    await engine.writeStdin(id, 'x');
  },
  // What goes to an engine in another process goes as JSON.
  async SERIALIZATION(t) {
    const engine = new SidecarEngine({ log_dir: null });
    t.after(() => engine.close());
    const command = {};
    command.command = command;
    await engine.run(command);
  },
  // Before the next, after which there is a global engine.
  NOT_INITIALIZED: () => ExecutionEngine.global(),
  ALREADY_INITIALIZED(t) {
    t.after(() => ExecutionEngine.global().close());
    ExecutionEngine.initGlobal({ log_dir: null });
    ExecutionEngine.initGlobal({ log_dir: null });
  },
  async ENGINE_CLOSED(t) {
    const engine = makeEngine(t);
    await engine.close();
    await engine.execute(sleeper);
  },
  // A bug, by definition: here that of a sidecar which is not ours.
  async INTERNAL() {
    const transport = foreignTransport(() => ({ error: { code: -32603, message: 'out of order' } }));
    await new SidecarEngine({}, { transport }).getStats();
  },
};

for (const [code, provoke] of Object.entries(provocations)) {
  test(`${code} is provoked`, async (t) => {
    await assert.rejects(
      async () => provoke(t),
      (error) => {
        assert.ok(error instanceof ExecutionError, String(error));
        assert.equal(error.code, code, error.message);
        return true;
      },
    );
  });
}

test('no declared code is left out', () => {
  const typings = readFileSync(new URL('../../typings/errors.d.ts', import.meta.url), 'utf8');
  const [, union] = /export type ErrorCode =([^;]*);/.exec(typings);
  const declared = [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code);
  assert.deepEqual(Object.keys(provocations).sort(), declared.sort());
});

// ---- an error names the code that asked ------------------------------------------------------------------------------

for (const [name, make] of [
  ['an engine', (t) => makeEngine(t)],
  [
    'one in another process',
    (t) => {
      const engine = new SidecarEngine({ log_dir: null });
      t.after(() => engine.close());
      return engine;
    },
  ],
]) {
  test(`the stack of an error of ${name} is that of the code that waits for it`, async (t) => {
    const engine = make(t);
    const { signal } = new AbortController();
    const calls = {
      execute: () => engine.execute({}),
      run: () => engine.run({}),
      'run under a signal': () => engine.run({}, { signal }),
      executePlan: () => engine.executePlan({}),
      'executePlan under a signal': () => engine.executePlan({}, { signal }),
      'run that cannot start': () => engine.run(exec(tempFile('nothing', '\0\0\0\0', 0o755))),
      waitForCompletion: () => engine.waitForCompletion(nobody),
      waitForPlan: () => engine.waitForPlan(nobody),
      getStatus: () => engine.getStatus(nobody),
      readOutput: () => engine.readOutput(nobody, 'stdout'),
      readLogs: () => engine.readLogs(nobody),
      cancel: () => engine.cancel(nobody),
      writeStdin: () => engine.writeStdin(nobody, 'x'),
      removeExecution: () => engine.removeExecution(nobody),
      close: () => engine.close({ mode: 'nonsense' }),
    };
    for (const [what, call] of Object.entries(calls)) {
      const codeOfTheUser = async () => {
        await call();
      };
      await assert.rejects(codeOfTheUser(), (error) => {
        assert.ok(error instanceof ExecutionError, `${what}: ${error}`);
        assert.match(error.stack, /at (async )?codeOfTheUser \(.*error-codes\.test\.mjs/, what);
        assert.ok(error.stack.startsWith(`${error.name}: ${error.message}\n`), error.stack);
        return true;
      });
    }
  });
}

// ---- an error names the execution that it is about -------------------------------------------------------------------

test('a refused request that has an id: execution_id; without one there is none', async (t) => {
  for (const [code, config] of [
    ['CONCURRENCY_LIMIT_REACHED', { max_concurrent_executions: 1 }],
    ['QUEUE_FULL', { max_concurrent_executions: 1, concurrency_policy: 'queue', max_queued_executions: 0 }],
  ]) {
    const engine = makeEngine(t, config);
    await engine.execute(sleeper);
    const id = randomUUID();
    await assert.rejects(engine.execute({ ...sleeper, id }), withCode(code, { execution_id: id }));
    await assert.rejects(engine.execute(sleeper), (error) => error.code === code && !('execution_id' in error));
  }
});

test('a call for an id after close: execution_id', async (t) => {
  const engine = makeEngine(t);
  await engine.close();
  const about = withCode('ENGINE_CLOSED', { execution_id: nobody });
  await assert.rejects(engine.cancel(nobody), about);
  await assert.rejects(engine.writeStdin(nobody, 'x'), about);
  await assert.rejects(engine.closeStdin(nobody), about);
  await assert.rejects(engine.removeExecution(nobody), about);
});

test('an id that a plan has twice: execution_id', async (t) => {
  const command = exec('true', [], { id: randomUUID() });
  const request = { description: '', strategy: { type: 'serial' }, commands: [command, command] };
  const about = withCode('VALIDATION', { kind: 'DUPLICATE_ID', execution_id: command.id });
  await assert.rejects(makeEngine(t).executePlan(request), about);
});
