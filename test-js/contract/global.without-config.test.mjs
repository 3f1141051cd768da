// Contract §4: a global engine that was made without a configuration. One per process, so each in one of its own.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { tempDir } from '../support.mjs';

const index = new URL('../../lib/index.mjs', import.meta.url).href;

/** Prints how many may run at once, and what becomes of a second execution while the first one runs and after it. */
const program = (config) => `
  import { ExecutionEngine } from ${JSON.stringify(index)};
  const engine = ExecutionEngine.initGlobal(${config});
  const first = await engine.execute({ command: { type: 'exec', program: 'cat' }, stdin: { type: 'pipe' } });
  const second = await engine.execute({ command: { type: 'exec', program: 'true' } });
  const { max_concurrent } = await engine.getConcurrencyMetrics();
  const meanwhile = await engine.getStatus(second);
  await engine.closeStdin(first);
  const { status } = await engine.waitForCompletion(second);
  console.log(JSON.stringify([max_concurrent, meanwhile, status]));
  await engine.close();`;

for (const config of ['', 'undefined', 'null']) {
  test(`initGlobal(${config}) runs serially and queues`, async () => {
    // Logs go below the system's temporary directory.
    const env = { ...process.env, TMPDIR: tempDir() };
    const args = ['--input-type=module', '-e', program(config)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 20_000 });
    assert.deepEqual(JSON.parse(stdout), [1, 'pending', 'completed']);
  });
}
