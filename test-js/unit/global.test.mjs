import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const { makeSerial } = createRequire(import.meta.url)('../../lib/global.js');

test('the engine that tries the configuration is closed, the one that is handed out is not', () => {
  const made = [];
  const make = (config) => {
    const engine = { config, closed: false, close: () => (engine.closed = true) };
    made.push(engine);
    return engine;
  };
  const config = { max_concurrent_executions: 8, log_dir: null };
  assert.equal(makeSerial(make, config), made[1]);
  assert.deepEqual(
    made.map((engine) => [engine.config.max_concurrent_executions, engine.closed]),
    [
      [8, true],
      [1, false],
    ],
  );
});
