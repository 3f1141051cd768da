// SidecarEngine.initGlobal: one global engine per process, so each of these has a process of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runModule } from '../reliability/support.mjs';
import { tempDir } from '../support.mjs';

const client = new URL('../../client/index.mjs', import.meta.url).href;

for (const [name, args] of [
  ['without a configuration', ''],
  ['with null for one', 'null'],
  ['with one that says otherwise', "{ max_concurrent_executions: 7, concurrency_policy: 'fail_fast' }"],
]) {
  test(`${name} it has one slot, and what finds it taken waits`, async (t) => {
    const outcome = await runModule(
      t,
      `
      import { SidecarEngine } from ${JSON.stringify(client)};
      const engine = SidecarEngine.initGlobal(${args});
      const isGlobal = SidecarEngine.global() === engine;
      const { max_concurrent: slots } = await engine.getConcurrencyMetrics();
      const first = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
      const second = await engine.execute(exec('echo', ['second']));
      const status = await engine.getStatus(second);
      await engine.closeStdin(first);
      const { stdout } = await engine.waitForCompletion(second);
      await engine.close();
      console.log(JSON.stringify({ isGlobal, slots, status, stdout }));`,
      { env: { EXEC_LOG_DIR: tempDir() } },
    );
    assert.deepEqual(outcome, { isGlobal: true, slots: 1, status: 'pending', stdout: 'second\n' });
  });
}
