// What the tool writes, and what becomes of it when it cannot.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import output from '../../cli/output.js';
import { noFullDisk, tempDir } from '../support.mjs';
import { bin } from './cli.mjs';

const { BatchedOutput } = output;

/** A stream that remembers what it was given, and takes no more until `take` is called. */
function slowStream(name, seen, highWaterMark = 1) {
  const waiting = [];
  const stream = new Writable({
    highWaterMark,
    write(chunk, encoding, done) {
      seen.push([name, chunk.toString()]);
      waiting.push(done);
    },
  });
  stream.take = () => waiting.shift()();
  return stream;
}

describe('small texts are written together', () => {
  test('one write for the texts of a turn', async () => {
    const seen = [];
    const stream = slowStream('out', seen, 1000);
    const batched = new BatchedOutput();
    for (const text of ['a', 'b', 'c']) await batched.write(stream, text);
    assert.deepEqual(seen, []);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    assert.deepEqual(seen, [['out', 'abc']]);
  });

  test('at once when there is much', () => {
    const seen = [];
    const stream = slowStream('out', seen, 1_000_000);
    new BatchedOutput().write(stream, 'x'.repeat(70_000));
    assert.equal(seen.length, 1);
  });

  test('two streams keep their order', async () => {
    const seen = [];
    const [out, err] = ['out', 'err'].map((name) => slowStream(name, seen, 1000));
    const batched = new BatchedOutput();
    batched.write(out, 'a');
    batched.write(err, 'b');
    batched.write(out, 'c');
    await batched.flush();
    assert.deepEqual(
      seen.map(([name]) => name),
      // The third waits in the stream, which has the first still.
      ['out', 'err'],
    );
    out.take();
    assert.deepEqual(seen.at(-1), ['out', 'c']);
  });

  test('a reader that has not taken it is waited for', async () => {
    const seen = [];
    const stream = slowStream('out', seen);
    const batched = new BatchedOutput();
    batched.write(stream, 'a');
    let isWelcome = false;
    batched.flush().then(() => (isWelcome = true));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isWelcome, false);
    const drained = once(stream, 'drain');
    stream.take();
    await drained;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isWelcome, true);
  });
});

describe('a full disk', { skip: noFullDisk }, () => {
  const plan = JSON.stringify({
    description: 'one',
    strategy: { type: 'serial' },
    commands: [{ command: { type: 'shell', command: 'echo a; echo b' } }],
  });
  for (const args of [
    ['run', '--', 'echo', 'a'],
    ['doctor'],
    ['logs'],
    ['plan', '-'],
    ['plan', '--json', '-'],
    ['--help'],
    ['--version'],
    ['help', 'run'],
    ['plan', '--help'],
  ]) {
    test(`${args.join(' ')}: 125, and one sentence`, () => {
      const { status, stderr } = spawnSync('sh', ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, bin, ...args], {
        input: plan,
        encoding: 'utf8',
        env: { ...process.env, EXEC_LOG_DIR: tempDir() },
      });
      assert.match(stderr, /^cloudops-exec: the output cannot be written: ENOSPC[^\n]*\n$/);
      assert.equal(status, 125);
    });
  }
});

describe('a full disk where errors are told', { skip: noFullDisk }, () => {
  for (const [args, code] of [
    [['plan', '/nowhere/plan.json'], 125],
    [['logs', 'ffff'], 125],
    [['nosuch'], 125],
    [['run'], 125],
    [[], 125],
    [['run', '--', 'there-is-no-such-program'], 127],
    [['run', '--', 'sh', '-c', 'echo a >&2; exit 7'], 7],
  ]) {
    test(`${args.join(' ') || 'no words'}: ${code} all the same`, () => {
      for (const to of ['2> /dev/full', '> /dev/full 2>&1']) {
        const { status } = spawnSync('sh', ['-c', `exec "$0" "$@" ${to}`, process.execPath, bin, ...args], {
          env: { ...process.env, EXEC_LOG_DIR: tempDir() },
        });
        assert.equal(status, code, to);
      }
    });
  }
});

test('errors whose reader has left: 125 all the same', () => {
  const script = 'exec 3> >(exit 0); wait $!; "$@" 2>&3; echo $?';
  const words = ['-c', script, 'bash', process.execPath, bin, 'plan', '/nowhere/plan.json'];
  assert.equal(spawnSync('bash', words, { encoding: 'utf8' }).stdout, '125\n');
});

test('a reader that left before the first word', () => {
  for (const what of ['logs', 'doctor', '--help']) {
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', 'exec 3> >(exit 0); wait $!; "$@" >&3; echo $? >&2', 'bash', process.execPath, bin, what],
      { encoding: 'utf8', env: { ...process.env, EXEC_LOG_DIR: tempDir() } },
    );
    assert.deepEqual({ stdout, stderr }, { stdout: '', stderr: '141\n' }, what);
  }
});

test('a slow stream holds back although the other is fast', async () => {
  const out = new BatchedOutput();
  const slow = slowStream('slow', []);
  const fast = new PassThrough({ highWaterMark: 1e6 });
  out.write(slow, 'x');
  out.write(fast, 'y');
  let taken = false;
  const flushed = out.flush().then(() => (taken = true));
  await turn();
  assert.equal(taken, false);
  slow.take();
  await flushed;
});

test('a slow stream gets no more listeners the more is written', async () => {
  const out = new BatchedOutput();
  const slow = new PassThrough({ highWaterMark: 1 });
  slow.resume();
  const listeners = () => ['drain', 'close'].map((name) => slow.listenerCount(name));
  const before = listeners();
  for (let i = 0; i < 5; i++) {
    out.write(slow, 'xxxx');
    await out.flush();
  }
  assert.deepEqual(listeners(), before);
});
