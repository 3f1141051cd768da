// `cloudops-exec logs` and `cloudops-exec doctor`.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { tempDir, within, withCode } from '../support.mjs';
import { bin, jsonLines, run, start } from './cli.mjs';

const require = createRequire(import.meta.url);
const { atLeast, kernelOf, limitIn } = require('../../cli/doctor/host.js');
const { openLog } = require('../../cli/logs.js');

const logsModule = fileURLToPath(new URL('../../cli/logs.js', import.meta.url));

const ids = ['aaaa1111-0000-4000-8000-000000000001', 'aaaa2222-0000-4000-8000-000000000002'];

function logDir() {
  const dir = tempDir();
  ids.forEach((id, i) => writeFileSync(join(dir, `${id}.log`), `log ${i}\n`));
  return dir;
}

describe('logs', () => {
  test('of a command that was run before', async (t) => {
    const first = await run(t, ['run', '--', 'sh', '-c', 'echo out; echo err >&2']);
    const [name] = readdirSync(first.logs);
    const { code, stdout } = await run(t, ['logs', name.slice(0, 8)], { env: { EXEC_LOG_DIR: first.logs } });
    assert.equal(code, 0);
    assert.deepEqual(stdout.split('\n').sort(), ['', 'err', 'out']);
  });

  test('by id, in either case, or by its beginning', async (t) => {
    const dir = logDir();
    for (const id of [ids[1], ids[1].toUpperCase(), 'aaaa2']) {
      assert.equal((await run(t, ['logs', id, '--log-dir', dir])).stdout, 'log 1\n');
    }
  });

  test('without an id: the latest', async (t) => {
    const { code, stdout } = await run(t, ['logs', '--log-dir', logDir()]);
    assert.equal(code, 0);
    for (const id of ids) assert.ok(stdout.includes(id));
  });

  test('a reader that leaves before the end of a long log: 141 and no word', async (t) => {
    const dir = tempDir();
    writeFileSync(join(dir, `${ids[0]}.log`), 'a line of a long log\n'.repeat(200_000));
    const tool = start(t, ['logs', ids[0], '--log-dir', dir]);
    tool.child.stdout.once('data', () => tool.child.stdout.destroy());
    assert.equal(await within(8000, tool.ended, 'the end'), 141);
    assert.equal(tool.stderr, '');
  });

  for (const [what, id, sentence] of [
    ['ambiguous', 'aaaa', /2 logs begin with/],
    ['unknown', 'ffff', /no log of ffff/],
    ['not an id', '../../etc/passwd', /not an execution id/],
  ]) {
    test(`${what}: 125 and a sentence`, async (t) => {
      const { code, stdout, stderr } = await run(t, ['logs', id, '--log-dir', logDir()]);
      assert.deepEqual([code, stdout], [125, '']);
      assert.match(stderr, sentence);
    });
  }

  test('never through a symbolic link', async (t) => {
    const dir = tempDir();
    symlinkSync('/etc/passwd', join(dir, `${ids[0]}.log`));
    const { code, stdout } = await run(t, ['logs', ids[0], '--log-dir', dir]);
    assert.deepEqual([code, stdout], [125, '']);
  });

  test('a FIFO and a directory with the name of a log are none', async (t) => {
    const dir = logDir();
    const [fifo, folder] = ['bbbb0000-0000-4000-8000-000000000001', 'bbbb0000-0000-4000-8000-000000000002'];
    execFileSync('mkfifo', [join(dir, `${fifo}.log`)]);
    mkdirSync(join(dir, `${folder}.log`));
    const { stdout } = await run(t, ['logs', '--log-dir', dir]);
    assert.deepEqual([...stdout.matchAll(/^\S+/gm)].flat().sort(), ids);
    for (const id of [fifo, folder, 'bbbb']) {
      const { code, stderr } = await run(t, ['logs', id, '--log-dir', dir]);
      assert.deepEqual([code, stderr], [125, `cloudops-exec: there is no log of ${id} in ${dir}\n`]);
      if (id === 'bbbb') continue;
      // As if it had come there since the directory was listed.
      const words = ['-e', 'require(process.argv[1]).openLog(process.argv[2])', logsModule, join(dir, `${id}.log`)];
      const opened = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 8000 });
      assert.match(opened.stderr, /cannot read .*: it is not a regular file\n/);
    }
  });
});

test('--log-dir "" is refused by all that have it: 125 and a sentence', async (t) => {
  for (const words of [['run', '--log-dir', '', '--', 'true'], ['plan', '-'], ['logs'], ['logs', 'aaaa'], ['doctor']]) {
    const { code, stdout, stderr } = await run(t, words[0] === 'run' ? words : [...words, '--log-dir', '']);
    assert.deepEqual([code, stdout], [125, ''], words[0]);
    assert.match(stderr, /'--log-dir <dir>' argument '' is invalid\. It must be the path of a directory\./);
  }
});

describe('without --log-dir and EXEC_LOG_DIR, logs and doctor look where run writes', () => {
  const none = { EXEC_LOG_DIR: undefined, TMPDIR: undefined, TMP: undefined, TEMP: undefined, TEMPDIR: undefined };
  const dir = tempDir();
  mkdirSync(join(dir, 'temp'));
  symlinkSync('temp', join(dir, 'link'));
  writeFileSync(join(dir, 'file'), '');
  for (const env of [
    {},
    { TMPDIR: 'temp' },
    { TMPDIR: './link/../temp//' },
    { TMPDIR: '' },
    { TMPDIR: '', TMP: 'temp' },
    { TMPDIR: join(dir, 'nowhere') },
    { TMPDIR: join(dir, 'file'), TMP: 'temp' },
    { TMPDIR: join(dir, 'temp/') },
    { TMPDIR: join(dir, 'link') },
    { TMP: join(dir, 'temp'), TEMP: dir },
    { TEMP: join(dir, 'temp'), TEMPDIR: dir },
    { TEMPDIR: join(dir, 'temp') },
  ]) {
    test(`with ${JSON.stringify(env).replaceAll(dir, '/dir')}`, async (t) => {
      const options = { cwd: dir, env: { ...none, ...env } };
      const first = await run(t, ['run', '--json', '--', 'echo', 'kept'], options);
      const { id, log_path: path } = jsonLines(first.stdout).at(-1).result;
      t.after(() => rmSync(resolve(dir, path)));
      assert.equal((await run(t, ['logs', id], options)).stdout, 'kept\n');
      const { checks } = JSON.parse((await run(t, ['doctor', '--json'], options)).stdout);
      const { found } = checks.find(({ name }) => name === 'log directory');
      assert.ok(found.startsWith(`${dirname(path)}: `), `${found} for ${path}`);
    });
  }
});

describe('doctor', () => {
  test('this machine, which runs these tests, is well', async (t) => {
    const { code, stdout } = await run(t, ['doctor']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /everything essential works\n$/);
  });

  test('--json names every check', async (t) => {
    const { stdout } = await run(t, ['doctor', '--json']);
    const { healthy, checks } = JSON.parse(stdout);
    assert.equal(healthy, true);
    const states = Object.fromEntries(checks.map(({ name, state }) => [name, state]));
    for (const name of ['kernel', '/proc', 'addon', 'pidfd', 'running a command', 'cancelling a tree']) {
      assert.equal(states[name], 'ok', name);
    }
    for (const name of ['open files', 'processes', 'close_range', 'tree marks', 'guard helper', 'log directory']) {
      assert.ok(states[name] !== undefined, name);
    }
  });

  test('without its addon: 1, and it says where it looked', async (t) => {
    const { code, stdout } = await run(t, ['doctor'], { env: { CLOUDOPS_NATIVE_PATH: '/nowhere/x.node' } });
    assert.equal(code, 1);
    assert.match(stdout, /✗ addon .*\n?.*\/nowhere\/x\.node/);
  });

  test('a log directory that can be made, and one that cannot', async (t) => {
    const dir = tempDir();
    const good = await run(t, ['doctor', '--log-dir', join(dir, 'a/b')]);
    assert.match(good.stdout, /✓ log directory .*a\/b: will be made/);
    assert.deepEqual(readdirSync(dir), [], 'and nothing is left of the trial');
    const bad = await run(t, ['doctor', '--log-dir', '/proc/nowhere']);
    assert.match(bad.stdout, /✗ log directory .*cannot be made: /);
  });

  test('a log directory that others can read is worth a note', async (t) => {
    for (const mode of ['0755', '0750', '0701']) {
      const dir = join(tempDir(), 'open');
      mkdirSync(dir);
      chmodSync(dir, parseInt(mode, 8));
      const { code, stdout } = await run(t, ['doctor', '--log-dir', dir]);
      assert.equal(code, 0);
      assert.ok(/! log directory .*mode (\d+): others can look into it/.exec(stdout)?.[1] === mode, stdout);
    }
  });

  test(
    'a log directory of somebody else is none, not even for root',
    { skip: process.getuid() !== 0 && 'needs root, to give a directory away' },
    async (t) => {
      const dir = join(tempDir(), 'given');
      mkdirSync(dir, { mode: 0o700 });
      chownSync(dir, 65534, 65534);
      const { stdout } = await run(t, ['doctor', '--log-dir', dir]);
      assert.match(stdout, /✗ log directory .*given: belongs to user 65534, so nothing is written there/);
    },
  );

  test('how old a kernel may be', () => {
    for (const [release, isEnough] of [
      ['5.4.0-42-generic', true],
      ['5.15.0', true],
      ['6.1.0-rc1', true],
      ['10.0', true],
      ['5.3.18', false],
      ['4.19.0', false],
      ['none', false],
    ]) {
      assert.equal(atLeast(kernelOf(release), [5, 4]), isEnough, release);
    }
  });

  test('the limits of a process, as the kernel writes them', () => {
    const text = `Limit                     Soft Limit           Hard Limit           Units
Max processes             4096                 unlimited            processes
Max open files            1024                 524288               files
`;
    assert.deepEqual(limitIn(text, 'Max open files'), { soft: 1024, hard: 524_288 });
    assert.deepEqual(limitIn(text, 'Max processes'), { soft: 4096, hard: Infinity });
    assert.equal(limitIn(text, 'Max locked memory'), undefined);
  });

  // Of the limit of open files Node itself raises the soft one.
  const noLimits = process.getuid() !== 0 && 'needs root, whom a limit of processes does not hold';
  test('of a limit, what holds now counts, not what it may be raised to', { skip: noLimits }, () => {
    for (const [soft, state, found] of [
      [511, 'note', '511 (may be raised to 2000); many commands at once need more'],
      [512, 'ok', '512 (may be raised to 2000)'],
    ]) {
      const line = `ulimit -Su ${soft} && ulimit -Hu 2000 && exec "$@"`;
      const words = ['-c', line, 'bash', process.execPath, bin, 'doctor', '--json'];
      const env = { ...process.env, EXEC_LOG_DIR: tempDir() };
      const { checks } = JSON.parse(spawnSync('bash', words, { encoding: 'utf8', env }).stdout);
      const check = checks.find(({ name }) => name === 'processes');
      assert.deepEqual([check.state, check.found], [state, found]);
    }
  });
});

test('a log that has become a link since it was listed is not opened', () => {
  const path = join(tempDir(), 'x.log');
  symlinkSync('/etc/passwd', path);
  assert.throws(() => openLog(path), withCode('LOG_READ_FAILED'));
});
