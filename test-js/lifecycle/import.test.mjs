// The package as its users load it: by name, with import and with require.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const name = 'cloudops-execution-engine';
const required = createRequire(import.meta.url)(name);
const imported = await import(name);

test('import and require give the same classes', () => {
  for (const key of ['ExecutionEngine', 'ExecutionError', 'ValidationError', 'loadConfigFromEnv']) {
    assert.equal(typeof imported[key], 'function', key);
    assert.equal(imported[key], required[key], key);
  }
});

test('every name of require is a name of import', () => {
  const names = (module) =>
    Object.keys(module)
      .filter((key) => key !== 'default' && key !== 'module.exports')
      .sort();
  assert.deepEqual(names(imported), names(required));
});
