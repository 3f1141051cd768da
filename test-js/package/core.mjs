// The engine's core in any runtime, without a test runner: a few commands from start to end.
//   <runtime> core.mjs [path of the package]      prints one line of JSON: { passed, failed }

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const given = process.argv[2] ?? process.env.CLOUDOPS_PACKAGE;
const { ExecutionEngine } = createRequire(import.meta.url)(given ?? 'cloudops-execution-engine');
const logs = mkdtempSync(join(tmpdir(), 'engine-core-'));
const engine = new ExecutionEngine({ log_dir: logs, kill_grace_period_ms: 200, enable_auto_cleanup: false });
const shell = (command, more = {}) => ({ command: { type: 'shell', command }, ...more });

const checks = {
  async 'exit code and output'() {
    const result = await engine.run(shell('echo out; echo err >&2; exit 3'));
    const { status, exit_code, stdout, stderr } = result;
    assert.deepEqual([status, exit_code, stdout, stderr], ['failed', 3, 'out\n', 'err\n']);
  },
  async 'a program without a shell'() {
    const result = await engine.run({ command: { type: 'exec', program: 'printf', args: ['%s', 'ä b'] } });
    assert.equal(result.stdout, 'ä b');
  },
  async 'events in order'() {
    const id = await engine.execute(shell('for i in 1 2 3; do echo $i; done'));
    const seen = [];
    for await (const event of engine.events(id)) seen.push(event.line ?? event.event_type);
    assert.deepEqual(seen, ['started', '1', '2', '3', 'completed']);
  },
  async 'a hundred thousand lines'() {
    const id = await engine.execute(shell('seq 100000'));
    let lines = 0;
    for await (const { line } of engine.lines(id)) assert.equal(line, String((lines += 1)));
    assert.equal(lines, 100000);
  },
  async 'a timeout ends the whole tree'() {
    const result = await engine.run(shell('setsid sleep 300 & sleep 300', { timeout_ms: 200 }));
    assert.equal(result.status, 'timeout');
    assert.deepEqual(result.termination.survivors, []);
  },
  async cancellation() {
    const id = await engine.execute(shell('sleep 300'));
    await engine.cancel(id);
    assert.equal((await engine.waitForCompletion(id)).status, 'cancelled');
  },
  async 'bytes by stdin and back'() {
    const data = new Uint8Array([0, 255, 10, 128]);
    const id = await engine.execute({ command: { type: 'exec', program: 'cat' }, stdin: { type: 'data', data } });
    await engine.waitForCompletion(id);
    assert.deepEqual([...(await engine.readOutput(id, 'stdout'))], [...data]);
  },
  async 'a refusal names its field'() {
    await assert.rejects(engine.run(shell('')), { code: 'VALIDATION', field: 'command.command' });
  },
  async 'what the system says of a file'() {
    // A link to itself: an error that nothing else leaves behind, so a stale errno is not taken for it.
    const path = join(logs, 'loop');
    symlinkSync(path, path);
    const [kind, message] = ['SCRIPT_NOT_FOUND', /cannot be reached \(ELOOP\)/];
    await assert.rejects(engine.run({ command: { type: 'script', path } }), { kind, message });
  },
  async 'a plan'() {
    const commands = ['echo a', 'echo b'].map((command) => shell(command));
    const id = await engine.executePlan({ description: 'two', strategy: { type: 'parallel' }, commands });
    const { results } = await engine.waitForPlan(id);
    assert.deepEqual(
      results.map(({ stdout }) => stdout),
      ['a\n', 'b\n'],
    );
  },
};

const failed = [];
for (const [name, check] of Object.entries(checks)) {
  await check().catch((error) => failed.push(`${name}: ${error.message}`));
}
await engine.close();
rmSync(logs, { recursive: true, force: true });
console.log(JSON.stringify({ passed: Object.keys(checks).length - failed.length, failed }));
if (failed.length > 0) process.exitCode = 1;
