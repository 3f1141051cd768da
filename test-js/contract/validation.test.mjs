// Contract §2: one place, before anything is acquired; each refusal names its kind, its field and what is allowed.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ExecutionEngine, ExecutionError, ValidationError, loadConfigFromEnv } from '../../lib/index.mjs';
import { exec, makeEngine, recordEvents, shell, tempDir, tempFile } from '../support.mjs';

const id = '3f2b8c1e-7d4a-4f5b-9a6c-0e1d2c3b4a59';
const script = (path) => ({ command: { type: 'script', path } });
const plain = () => tempFile('plain', 'text\n', 0o644);

// [what, request, kind, field, message]
const refusals = [
  ['no command', {}, 'MISSING_FIELD', 'command', /command/],
  ['a null command', { command: null }, 'MISSING_FIELD', 'command', /command/],
  ['no type', { command: { program: 'true' } }, 'MISSING_FIELD', 'command.type', /type/],
  ['a shell without its command', { command: { type: 'shell' } }, 'MISSING_FIELD', 'command.command', /command/],
  ['an exec without its program', { command: { type: 'exec' } }, 'MISSING_FIELD', 'command.program', /program/],
  ['a script without its path', { command: { type: 'script' } }, 'MISSING_FIELD', 'command.path', /path/],
  [
    'aws without a service',
    { command: { type: 'aws_cli', operation: 'x' } },
    'MISSING_FIELD',
    'command.service',
    /service/,
  ],
  ['stdin data without data', exec('true', [], { stdin: { type: 'data' } }), 'MISSING_FIELD', 'stdin.data', /data/],

  ['null as a request', null, 'WRONG_TYPE', '', /object/],
  ['a string as a request', 'ls', 'WRONG_TYPE', '', /object/],
  ['a command that is a string', { command: 'ls' }, 'WRONG_TYPE', 'command', /object/],
  ['a program that is a number', exec(7), 'WRONG_TYPE', 'command.program', /string/],
  ['args that are a string', exec('true', '-x'), 'WRONG_TYPE', 'command.args', /array/],
  [
    'one argument that is a number',
    exec('true', ['a', 'b', 3]),
    'WRONG_TYPE',
    'command.args[2]',
    /string.*number|number.*string/,
  ],
  ['a timeout that is a string', exec('true', [], { timeout_ms: '5' }), 'WRONG_TYPE', 'timeout_ms', /number/],
  ['inherit_env that is a string', exec('true', [], { inherit_env: 'no' }), 'WRONG_TYPE', 'inherit_env', /boolean/],
  ['a Map as env', exec('true', [], { env: new Map([['A', '1']]) }), 'WRONG_TYPE', 'env', /Map/],
  ['a Date as metadata', exec('true', [], { metadata: new Date() }), 'WRONG_TYPE', 'metadata', /Date/],
  ['a Set as a request', new Set(), 'WRONG_TYPE', '', /Set/],
  ['an env value that is a number', exec('true', [], { env: { A: 1 } }), 'WRONG_TYPE', 'env.A', /string/],
  ['a function as working_dir', exec('true', [], { working_dir: () => {} }), 'WRONG_TYPE', 'working_dir', /string/],
  [
    'a tag that is a number',
    exec('true', [], { metadata: { tags: { n: 1 } } }),
    'WRONG_TYPE',
    'metadata.tags.n',
    /string/,
  ],

  ['camelCase', exec('true', [], { timeoutMs: 5 }), 'UNKNOWN_FIELD', 'timeoutMs', /timeout_ms/],
  [
    'a field of another type',
    { command: { type: 'exec', program: 'true', shell: 'sh' } },
    'UNKNOWN_FIELD',
    'command.shell',
    /shell/,
  ],
  [
    'an unknown stdin field',
    exec('true', [], { stdin: { type: 'pipe', data: 'x' } }),
    'UNKNOWN_FIELD',
    'stdin.data',
    /data/,
  ],

  ['an empty shell command', shell(''), 'INVALID_COMMAND', 'command.command', /empty/],
  ['an empty program', exec(''), 'INVALID_COMMAND', 'command.program', /empty/],
  [
    'an empty aws operation',
    { command: { type: 'aws_cli', service: 's3', operation: '' } },
    'INVALID_COMMAND',
    'command.operation',
    /empty/,
  ],
  [
    'an unknown type',
    { command: { type: 'powershell', command: 'x' } },
    'INVALID_COMMAND',
    'command.type',
    /powershell.*shell|shell.*aws_cli/,
  ],
  ['a NUL byte in an argument', exec('true', ['a\0b']), 'INVALID_COMMAND', 'command.args[0]', /NUL/],
  ['a NUL byte in a shell command', shell('echo \0'), 'INVALID_COMMAND', 'command.command', /NUL/],
  ['a missing program', exec('no-such-program-here'), 'INVALID_COMMAND', 'command.program', /no-such-program-here/],
  ['a missing program by path', exec('/nowhere/tool'), 'INVALID_COMMAND', 'command.program', /\/nowhere\/tool/],
  ['a directory as a program', exec('/tmp'), 'INVALID_COMMAND', 'command.program', /\/tmp/],
  ['a program without exec bit', exec(plain()), 'INVALID_COMMAND', 'command.program', /execut/],
  [
    'an unknown shell',
    { command: { type: 'shell', command: 'x', shell: 'no-such-shell' } },
    'INVALID_COMMAND',
    'command.shell',
    /no-such-shell/,
  ],
  [
    'an unknown interpreter',
    { command: { type: 'script', path: plain(), interpreter: 'no-such-one' } },
    'INVALID_COMMAND',
    'command.interpreter',
    /no-such-one/,
  ],
  [
    'aws that is not in PATH',
    { command: { type: 'aws_cli', service: 's3', operation: 'ls' }, env: { PATH: tempDir() } },
    'INVALID_COMMAND',
    /^command/,
    /aws/,
  ],
  [
    'a program that only the host has in PATH',
    exec('true', [], { env: { PATH: tempDir() } }),
    'INVALID_COMMAND',
    'command.program',
    /true/,
  ],

  ['a missing script', script('/nowhere/s.sh'), 'SCRIPT_NOT_FOUND', 'command.path', /\/nowhere\/s\.sh/],
  ['a directory as a script', script('/tmp'), 'SCRIPT_NOT_FOUND', 'command.path', /\/tmp/],

  [
    'a missing working_dir',
    exec('true', [], { working_dir: '/nowhere' }),
    'INVALID_WORKING_DIR',
    'working_dir',
    /\/nowhere/,
  ],
  [
    'a file as working_dir',
    exec('true', [], { working_dir: plain() }),
    'INVALID_WORKING_DIR',
    'working_dir',
    /directory/,
  ],

  [
    'a timeout over the maximum',
    exec('true', [], { timeout_ms: 3_600_001 }),
    'TIMEOUT_TOO_LARGE',
    'timeout_ms',
    /3600001.*3600000|3600000.*3600001/,
  ],

  ['a timeout of 0', exec('true', [], { timeout_ms: 0 }), 'INVALID_VALUE', 'timeout_ms', /0/],
  ['a negative timeout', exec('true', [], { timeout_ms: -1 }), 'INVALID_VALUE', 'timeout_ms', /-1/],
  ['a timeout of NaN', exec('true', [], { timeout_ms: NaN }), 'INVALID_VALUE', 'timeout_ms', /NaN/i],
  ['a fractional timeout', exec('true', [], { timeout_ms: 1.5 }), 'INVALID_VALUE', 'timeout_ms', /1\.5/],
  ['a fractional priority', exec('true', [], { priority: 0.5 }), 'INVALID_VALUE', 'priority', /0\.5/],
  ['an id that is no UUID', exec('true', [], { id: 'build-1' }), 'INVALID_VALUE', 'id', /build-1/],
  ['an env name with =', exec('true', [], { env: { 'A=B': 'c' } }), 'INVALID_VALUE', /^env/, /=/],
  ['an empty env name', exec('true', [], { env: { '': 'c' } }), 'INVALID_VALUE', /^env/, /empty/],
  ['an env name with NUL', exec('true', [], { env: { 'A\0': 'c' } }), 'INVALID_VALUE', /^env/, /NUL/],
];

describe('a request is refused', () => {
  for (const [what, request, kind, field, message] of refusals) {
    test(what, async (t) => {
      const engine = makeEngine(t);
      const events = recordEvents(engine);
      const error = await engine.execute(request).then(
        () => assert.fail('it was accepted'),
        (reason) => reason,
      );
      assert.ok(error instanceof ValidationError && error instanceof ExecutionError, String(error));
      assert.equal(error.code, 'VALIDATION');
      assert.equal(error.kind, kind, error.message);
      if (field instanceof RegExp) assert.match(error.field, field);
      else assert.equal(error.field, field, error.message);
      assert.match(error.message, message);
      assert.equal((await engine.getStats()).total, 0);
      assert.deepEqual(events, []);
    });
  }

  test('an id that is known already, in any case', async (t) => {
    const engine = makeEngine(t);
    await engine.run(exec('true', [], { id }));
    const again = exec('true', [], { id: id.toUpperCase() });
    await assert.rejects(engine.execute(again), { code: 'VALIDATION', kind: 'DUPLICATE_ID', field: 'id' });
  });

  test('with the same error from run as from execute', async (t) => {
    await assert.rejects(makeEngine(t).run(shell('')), { code: 'VALIDATION', kind: 'INVALID_COMMAND' });
  });

  test('when a getter throws: as that error, or a validation error, but never a crash', async (t) => {
    const request = {
      get command() {
        throw new Error('from the getter');
      },
    };
    await assert.rejects(makeEngine(t).execute(request), /getter|command/);
  });

  test('when it refers to itself', async (t) => {
    const request = exec('true');
    request.command.args = [request];
    await assert.rejects(makeEngine(t).execute(request), { code: 'VALIDATION', kind: 'WRONG_TYPE' });
  });
});

describe('a configuration is refused', () => {
  const rows = [
    ['an unknown key', { logDir: '/tmp' }, 'UNKNOWN_FIELD', 'logDir', /log_dir/],
    ['no slots', { max_concurrent_executions: 0 }, 'INVALID_VALUE', 'max_concurrent_executions', /0/],
    ['a fractional number', { kill_grace_period_ms: 0.5 }, 'INVALID_VALUE', 'kill_grace_period_ms', /0\.5/],
    ['a negative number', { max_output_size_bytes: -1 }, 'INVALID_VALUE', 'max_output_size_bytes', /-1/],
    ['a string for a number', { max_timeout_ms: '5' }, 'WRONG_TYPE', 'max_timeout_ms', /number/],
    [
      'an unknown strategy',
      { oversized_output_strategy: 'drop' },
      'INVALID_VALUE',
      'oversized_output_strategy',
      /stream_to_file/,
    ],
    ['an unknown policy', { concurrency_policy: 'wait' }, 'INVALID_VALUE', 'concurrency_policy', /fail_fast/],
    ['something that is no object', 'config', 'WRONG_TYPE', '', /object/],
  ];
  for (const [what, config, kind, field, message] of rows) {
    test(what, () => {
      assert.throws(
        () => new ExecutionEngine(config),
        (error) => {
          assert.ok(error instanceof ValidationError, String(error));
          assert.deepEqual([error.code, error.kind, error.field], ['VALIDATION', kind, field], error.message);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});

describe('loadConfigFromEnv', () => {
  test('reads what is set', () => {
    const config = loadConfigFromEnv({
      EXEC_DEFAULT_TIMEOUT_MS: '1000',
      EXEC_MAX_TIMEOUT_MS: '2000',
      EXEC_STREAM_OUTPUT: 'false',
      EXEC_LOG_DIR: '/var/log/x',
      EXEC_MAX_CONCURRENT: '7',
    });
    assert.equal(config.default_timeout_ms, 1000);
    assert.equal(config.max_timeout_ms, 2000);
    assert.equal(config.stream_output, false);
    assert.equal(config.log_dir, '/var/log/x');
    assert.equal(config.max_concurrent_executions, 7);
  });

  for (const [name, value] of [
    ['EXEC_MAX_CONCURRENT', 'many'],
    ['EXEC_MAX_TIMEOUT_MS', '1e'],
    ['EXEC_DEFAULT_TIMEOUT_MS', '99999999999999999999'],
    ['EXEC_STREAM_OUTPUT', 'maybe'],
  ]) {
    test(`refuses ${name}=${value}`, () => {
      assert.throws(() => loadConfigFromEnv({ [name]: value }), { code: 'VALIDATION', message: new RegExp(value) });
    });
  }

  test('says from where to where a number may be', () => {
    const message = 'EXEC_MAX_CONCURRENT is "0"; it must be a whole number from 1 to 9007199254740991';
    assert.throws(() => loadConfigFromEnv({ EXEC_MAX_CONCURRENT: '0' }), { message });
  });
});
