// Contract §4: the global engine. One process, so one sequence.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ExecutionEngine } from '../../lib/index.mjs';
import { exec, tempDir } from '../support.mjs';

function refusalOf(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail('not refused');
}

test('the global engine', async (t) => {
  await t.test('is NOT_INITIALIZED at first', () => {
    assert.throws(() => ExecutionEngine.global(), { code: 'NOT_INITIALIZED' });
  });

  await t.test('a refused configuration initializes nothing', () => {
    const refused = [
      { nonsense: 1 },
      { max_concurrent_executions: 0 },
      { concurrency_policy: 'bogus' },
      { concurrency_policy: 'queue', max_queued_executions: -1 },
      new Date(),
      new Map(),
      [],
      'text',
    ];
    for (const config of refused) {
      const { kind, field, message } = refusalOf(() => new ExecutionEngine(config));
      const expected = { code: 'VALIDATION', kind, field, message };
      assert.throws(() => ExecutionEngine.initGlobal(config), expected, String(config));
    }
    assert.throws(() => ExecutionEngine.global(), { code: 'NOT_INITIALIZED' });
  });

  await t.test('is one and the same afterwards', () => {
    const engine = ExecutionEngine.initGlobal({ log_dir: tempDir(), max_concurrent_executions: 7 });
    assert.ok(engine instanceof ExecutionEngine);
    assert.equal(ExecutionEngine.global(), engine);
  });

  await t.test('a second initialization is ALREADY_INITIALIZED', () => {
    assert.throws(() => ExecutionEngine.initGlobal(), { code: 'ALREADY_INITIALIZED' });
  });

  await t.test('runs serially and queues', async () => {
    const engine = ExecutionEngine.global();
    assert.equal((await engine.getConcurrencyMetrics()).max_concurrent, 1);
    const results = await Promise.all([1, 2, 3].map((n) => engine.run(exec('echo', [String(n)]))));
    assert.deepEqual(
      results.map((result) => result.stdout),
      ['1\n', '2\n', '3\n'],
    );
  });

  await ExecutionEngine.global().close();
});
