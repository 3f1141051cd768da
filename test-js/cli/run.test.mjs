// `cloudops-exec run`: a command from a terminal.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import {
  killAfter,
  marker,
  otherUser,
  pidsOf,
  tempDir,
  tempFile,
  waitUntilGone,
  waitUntilPresent,
  within,
} from '../support.mjs';
import { jsonLines, run, start } from './cli.mjs';

describe('output and exit code', () => {
  test('both streams go where they belong, and the exit code is the command’s', async (t) => {
    const { code, stdout, stderr } = await run(t, ['run', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
    assert.deepEqual({ code, stdout, stderr }, { code: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  test('also where EXEC_STREAM_OUTPUT, which is for engines of others, says no', async (t) => {
    const { code, stdout } = await run(t, ['run', '--', 'echo', 'out'], { env: { EXEC_STREAM_OUTPUT: '0' } });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'out\n' });
  });

  test('without --, the options after the command are the command’s', async (t) => {
    const { code, stdout } = await run(t, ['run', 'printf', '--', '%s|', '--timeout', '-x']);
    assert.deepEqual({ code, stdout: stdout.trim() }, { code: 0, stdout: '--timeout|-x|' });
  });

  test('output comes while the command runs', async (t) => {
    const tool = start(t, ['run', '--', 'sh', '-c', 'echo first; cat'], { stdin: 'pipe' });
    await tool.says('first');
    tool.child.stdin.end('second\n');
    assert.equal(await within(8000, tool.ended, 'the end'), 0);
    assert.equal(tool.stdout, 'first\nsecond\n');
  });

  for (const [what, args, expected] of [
    ['ended by a signal: 128 + n', ['--', 'sh', '-c', 'kill -9 $$'], 137],
    ['not found: 127', ['--', 'there-is-no-such-program'], 127],
    ['not found at its path: 127', ['--', '/nowhere/program'], 127],
    ['not found, since its folder is a file: 127', ['--', '/etc/passwd/program'], 127],
    ['not executable: 126', ['--', '/etc/passwd'], 126],
    ['not executable, whatever its name says: 126', ['--', tempFile('was not found', '')], 126],
    ['a working directory that is not there: 125', ['--cwd', '/nowhere', '--', 'true'], 125],
    ['an unknown option: 125', ['--nope', '--', 'true'], 125],
    ['nothing to run: 125', [], 125],
    ['a command and --shell: 125', ['--shell', 'true', '--', 'true'], 125],
    ['a timeout without a unit: 125', ['--timeout', '5', '--', 'true'], 125],
    ['a variable without a value: 125', ['--env', 'A', '--', 'true'], 125],
  ]) {
    test(what, async (t) => {
      const { code, stdout, stderr } = await run(t, ['run', ...args]);
      assert.equal(code, expected);
      assert.equal(stdout, '');
      assert.notEqual(stderr, '', 'it must say why');
      assert.doesNotMatch(stderr, /\n\s+at /, 'without a stack trace');
    });
  }
});

test('--cwd, --env and --shell', async (t) => {
  const cwd = tempDir();
  const args = ['run', '--cwd', cwd, '--env', 'A=1=2', '-e', 'B=', '--shell', 'echo "$PWD $A ${B-unset}"'];
  const { code, stdout } = await run(t, args);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: `${cwd} 1=2 \n` });
});

test('--log-dir, where `logs` finds it', async (t) => {
  const dir = join(tempDir(), 'mine');
  await run(t, ['run', '--log-dir', dir, '--', 'echo', 'kept']);
  const [log] = readdirSync(dir);
  assert.equal((await run(t, ['logs', '--log-dir', dir, log.slice(0, 8)])).stdout, 'kept\n');
});

test('standard input is passed on, byte for byte, and so is its end', async (t) => {
  const input = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 256));
  const { code, stdout } = await run(t, ['run', '--', 'sh', '-c', 'cksum'], { input });
  assert.equal(code, 0);
  const direct = await run(t, ['run', '--', 'wc', '-c'], { input });
  assert.equal(Number(direct.stdout), input.length);
  assert.match(stdout, / 300000$/m);
});

test('a command that does not read its input is not waited for', async (t) => {
  const tool = start(t, ['run', '--', 'true'], { stdin: 'pipe' });
  assert.equal(await within(8000, tool.ended, 'the end with an open input'), 0);
});

test('--json: every event, one per line, and nothing else', async (t) => {
  const { code, stdout, stderr } = await run(t, ['run', '--json', '--', 'sh', '-c', 'echo hi; exit 3']);
  const events = jsonLines(stdout);
  assert.deepEqual(
    events.map((event) => event.event_type),
    ['started', 'stdout', 'failed'],
  );
  assert.equal(events[2].result.exit_code, 3);
  assert.deepEqual([code, stderr], [3, '']);
  const killed = await run(t, ['run', '--json', '--', 'sh', '-c', 'kill -9 $$']);
  assert.equal(jsonLines(killed.stdout).at(-1).result.signal, 'SIGKILL');
  assert.deepEqual([killed.code, killed.stderr], [137, '']);
});

test('--timeout ends the whole tree: 124', async (t) => {
  const mark = killAfter(t, marker());
  const { code, stderr } = await run(t, [
    'run',
    '--timeout',
    '300ms',
    '--shell',
    `setsid sleep ${mark} & sleep ${mark}`,
  ]);
  assert.equal(code, 124);
  assert.match(stderr, /timed out/);
  assert.deepEqual(pidsOf(mark), []);
});

test('without --timeout, EXEC_DEFAULT_TIMEOUT_MS ends it: 124', async (t) => {
  const mark = killAfter(t, marker());
  const { code, stderr } = await run(t, ['run', '--', 'sleep', mark], { env: { EXEC_DEFAULT_TIMEOUT_MS: '300' } });
  assert.equal(code, 124);
  assert.match(stderr, /timed out/);
  assert.deepEqual(pidsOf(mark), []);
});

test('EXEC_MAX_TIMEOUT_MS holds for run: without --timeout it ends the command, and no --timeout may be longer', async (t) => {
  const env = { EXEC_MAX_TIMEOUT_MS: '300' };
  const mark = killAfter(t, marker());
  assert.equal((await run(t, ['run', '--', 'sleep', mark], { env })).code, 124);
  const { code, stderr } = await run(t, ['run', '--timeout', '1s', '--', 'true'], { env });
  assert.equal(code, 125);
  assert.match(stderr, /timeout_ms/);
});

const notToKill = ['setpriv', '--bounding-set=-kill'];
const noOtherUser =
  process.getuid() !== 0 || spawnSync('env', [...notToKill, ...otherUser.split(' '), 'true']).status !== 0
    ? 'needs root and setpriv, to be two users'
    : false;

test('what could not be killed is named', { skip: noOtherUser }, async (t) => {
  const mark = killAfter(t, marker());
  const line = `exec ${otherUser} sleep ${mark}`;
  const { code, stderr } = await run(t, ['run', '--timeout', '500ms', '--shell', line], { under: notToKill });
  assert.equal(code, 124);
  const [pid] = pidsOf(mark);
  assert.ok(pid > 0);
  assert.ok(stderr.endsWith(`cloudops-exec: could not be killed: ${pid}\n`), stderr);
});

test('SIGINT cancels, so that the command can clean up: 130', async (t) => {
  const tool = start(t, [
    'run',
    '--shell',
    'trap "echo cleaned; exit 0" TERM; echo ready; while :; do sleep 0.05; done',
  ]);
  await tool.says('ready');
  tool.child.kill('SIGINT');
  assert.equal(await within(8000, tool.ended, 'the end'), 130);
  assert.equal(tool.stdout, 'ready\ncleaned\n');
  assert.match(tool.stderr, /cancelling/);
});

test('SIGTERM cancels too: 143', async (t) => {
  const tool = start(t, ['run', '--shell', 'echo ready; sleep 100']);
  await tool.says('ready');
  tool.child.kill('SIGTERM');
  assert.equal(await within(8000, tool.ended, 'the end'), 143);
});

test('a second SIGINT kills what does not want to go', async (t) => {
  const mark = killAfter(t, marker());
  const tool = start(t, ['run', '--shell', `trap "" TERM; echo ready; setsid sleep ${mark} & sleep ${mark}`]);
  await tool.says('ready');
  await waitUntilPresent(mark, 2);
  tool.child.kill('SIGINT');
  await tool.says('once more');
  assert.ok(pidsOf(mark).length >= 2, 'the first only asks');
  tool.child.kill('SIGINT');
  assert.equal(await within(3000, tool.ended, 'the kill'), 130);
  await waitUntilGone(mark, 1000);
});

test('a reader that leaves ends the command quietly', async (t) => {
  const mark = killAfter(t, marker());
  const tool = start(t, ['run', '--shell', `echo one; sleep ${mark} & while echo more; do :; done`]);
  await tool.says('one');
  tool.child.stdout.destroy();
  assert.equal(await within(8000, tool.ended, 'the end'), 141);
  assert.equal(tool.stderr, '');
  await waitUntilGone(mark, 1000);
});

test('a slow reader holds the command back', async (t) => {
  const tool = start(t, ['run', '--shell', 'yes "a line of some length that is not short"']);
  await tool.says('a line');
  tool.child.stdout.pause();
  const rss = () => tool.child.pid && Number(pidStatus(tool.child.pid));
  // Well after everything between the two is full: memory has stopped growing.
  let before = rss();
  for (let calm = 0; calm < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = rss();
    calm = Math.abs(now - before) < 2048 ? calm + 1 : 0;
    before = now;
  }
  assert.ok(before < 250 * 1024, `resident: ${before} kB`);
});

function pidStatus(pid) {
  return /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1];
}
