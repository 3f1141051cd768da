// exec, script and awsCli give plain requests, which the engine takes as they are.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { awsCli, exec, script } from '../../lib/index.mjs';
import { complaints } from '../schemas/support.mjs';
import { makeEngine, tempFile, withCode } from '../support.mjs';

const rest = { timeout_ms: 500, env: { A: 'b' }, working_dir: '/', metadata: { tags: { a: 'b' } } };

test('exec: a program, its arguments, the rest of the request', () => {
  assert.deepEqual(exec('ls'), { command: { type: 'exec', program: 'ls' } });
  assert.deepEqual(exec('ls', ['-l', '/']), { command: { type: 'exec', program: 'ls', args: ['-l', '/'] } });
  assert.deepEqual(exec('ls', [], rest), { ...rest, command: { type: 'exec', program: 'ls', args: [] } });
  assert.deepEqual(exec('ls', undefined, rest), { ...rest, command: { type: 'exec', program: 'ls' } });
});

test('script: its interpreter is an option and goes into the command', () => {
  assert.deepEqual(script('a.sh'), { command: { type: 'script', path: 'a.sh' } });
  assert.deepEqual(script('a.sh', ['x'], { ...rest, interpreter: 'sh' }), {
    ...rest,
    command: { type: 'script', path: 'a.sh', interpreter: 'sh', args: ['x'] },
  });
});

test('awsCli: profile and region are options and go into the command', () => {
  assert.deepEqual(awsCli('s3api', 'list-buckets'), {
    command: { type: 'aws_cli', service: 's3api', operation: 'list-buckets' },
  });
  assert.deepEqual(awsCli('s3', 'ls', ['--recursive'], { ...rest, region: 'eu-west-1', profile: null }), {
    ...rest,
    command: {
      type: 'aws_cli',
      service: 's3',
      operation: 'ls',
      args: ['--recursive'],
      region: 'eu-west-1',
      profile: null,
    },
  });
});

test('what they give fits the schema of requests, and an absent option leaves no key', () => {
  const made = [exec('ls', ['-l'], rest), script('a.sh', [], { interpreter: undefined }), awsCli('s3', 'ls', [], rest)];
  for (const request of made) assert.deepEqual(complaints('request', request), []);
  assert.equal('interpreter' in made[1].command, false);
});

test('options that are none, and a command among them, are refused', () => {
  for (const make of [(options) => exec('ls', [], options), (options) => awsCli('s3', 'ls', [], options)]) {
    assert.throws(() => make('x'), { code: 'VALIDATION', kind: 'WRONG_TYPE', field: 'options' });
    assert.throws(() => make([]), { kind: 'WRONG_TYPE', field: 'options' });
    assert.throws(() => make({ command: {} }), { kind: 'UNKNOWN_FIELD', field: 'options.command' });
  }
});

test('the engine runs them; what is wrong inside is found where every request is checked', async (t) => {
  const engine = makeEngine(t);
  assert.equal((await engine.run(exec('echo', ['$HOME']))).stdout, '$HOME\n');
  const path = tempFile('greet.sh', 'echo "hello $1"\n');
  assert.equal((await engine.run(script(path, ['you'], { interpreter: 'sh' }))).stdout, 'hello you\n');
  await assert.rejects(
    engine.run(exec('ls', '-l')),
    withCode('VALIDATION', { kind: 'WRONG_TYPE', field: 'command.args' }),
  );
  await assert.rejects(engine.run(exec('ls', [], { timeoutMs: 5 })), withCode('VALIDATION', { kind: 'UNKNOWN_FIELD' }));
});
