import assert from 'node:assert/strict';
import { test } from 'node:test';

import { loadConfigFromEnv } from '../../lib/index.mjs';

test('sets what is present, and nothing else', () => {
  assert.deepEqual(loadConfigFromEnv({ PATH: '/bin', EXEC_LOG_DIR: undefined }), {});
  const env = {
    EXEC_DEFAULT_TIMEOUT_MS: '1000',
    EXEC_MAX_TIMEOUT_MS: '2000',
    EXEC_STREAM_OUTPUT: 'false',
    EXEC_LOG_DIR: '/var/log/x',
    EXEC_MAX_CONCURRENT: '7',
  };
  assert.deepEqual(loadConfigFromEnv(env), {
    default_timeout_ms: 1000,
    max_timeout_ms: 2000,
    stream_output: false,
    log_dir: '/var/log/x',
    max_concurrent_executions: 7,
  });
  for (const [text, value] of Object.entries({ true: true, 1: true, false: false, 0: false })) {
    assert.deepEqual(loadConfigFromEnv({ EXEC_STREAM_OUTPUT: text }), { stream_output: value });
  }
});

test('reads process.env by default', () => {
  process.env.EXEC_MAX_CONCURRENT = '3';
  assert.deepEqual(loadConfigFromEnv(), { max_concurrent_executions: 3 });
  process.env.EXEC_MAX_CONCURRENT = 'three';
  assert.throws(() => loadConfigFromEnv(), { field: 'EXEC_MAX_CONCURRENT' });
  delete process.env.EXEC_MAX_CONCURRENT;
});

test('what does not parse is refused by the name of its variable', () => {
  const refused = {
    EXEC_DEFAULT_TIMEOUT_MS: ['', '0', '-1', '1.5', '5s', ' 5', '1e3', '0x10', 'NaN', '99999999999999999999'],
    EXEC_MAX_TIMEOUT_MS: ['', 'many'],
    EXEC_MAX_CONCURRENT: ['', '0', '2,5'],
    EXEC_STREAM_OUTPUT: ['', 'yes', 'TRUE', '2'],
    EXEC_LOG_DIR: ['', 5],
  };
  for (const [name, values] of Object.entries(refused)) {
    for (const value of values) {
      const expected = { name: 'ValidationError', kind: 'INVALID_VALUE', field: name, message: new RegExp(name) };
      assert.throws(() => loadConfigFromEnv({ [name]: value }), expected, `${name}=${value}`);
    }
  }
  assert.throws(() => loadConfigFromEnv(null), { kind: 'WRONG_TYPE', field: 'env' });
});
