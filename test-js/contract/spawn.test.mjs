// Contract §8: how a process starts.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { text } from 'node:stream/consumers';

import {
  exec,
  fixture,
  isTerminal,
  makeEngine,
  nextEvent,
  shell,
  tempDir,
  tempFile,
  until,
  withCode,
} from '../support.mjs';

describe('what was valid and is gone when its turn comes', () => {
  /** Queues a request behind a running one, breaks what it needs, then lets it start. */
  async function startBroken(t, makeRequest) {
    const engine = makeEngine(t, { max_concurrent_executions: 1, concurrency_policy: 'queue' });
    const first = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    const [request, breakIt] = makeRequest();
    const id = await engine.execute(request);
    breakIt();
    const end = nextEvent(engine, (event) => isTerminal(event) && event.execution_id === id);
    const error = engine.waitForCompletion(id).then(
      () => assert.fail('no rejection'),
      (reason) => reason,
    );
    await engine.closeStdin(first);
    return { engine, id, error: await error, event: await end };
  }

  test('a program: SPAWN_FAILED with ENOENT, a result, an event, and a free slot', async (t) => {
    const { engine, id, error, event } = await startBroken(t, () => {
      const tool = tempFile('tool', '#!/bin/sh\necho ran\n', 0o755);
      return [exec(tool), () => rmSync(tool)];
    });
    assert.deepEqual([error.code, error.errno, error.execution_id], ['SPAWN_FAILED', 'ENOENT', id]);
    const { result } = error;
    assert.deepEqual(
      [result.status, result.exit_code, result.signal, result.resource_usage],
      ['failed', -1, null, null],
    );
    assert.ok(result.error.length > 10);
    assert.deepEqual(await engine.getResult(id), result);
    assert.equal(event.event_type, 'failed');
    assert.equal((await engine.run(exec('echo', ['next']))).stdout, 'next\n');
  });

  test('a working directory: SPAWN_FAILED with ENOENT', async (t) => {
    const { error } = await startBroken(t, () => {
      const dir = tempDir();
      return [exec('true', [], { working_dir: dir }), () => rmSync(dir, { recursive: true })];
    });
    assert.deepEqual([error.code, error.errno], ['SPAWN_FAILED', 'ENOENT']);
  });

  test('a stdin file: an error with a result, and nothing hangs', async (t) => {
    const { error } = await startBroken(t, () => {
      const path = tempFile('input', 'x');
      return [exec('cat', [], { stdin: { type: 'file', path } }), () => rmSync(path)];
    });
    assert.equal(error.code, 'SPAWN_FAILED');
    assert.equal(error.result.status, 'failed');
  });
});

test('an executable of no known format is SPAWN_FAILED with ENOEXEC', async (t) => {
  const tool = tempFile('tool', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0]), 0o755);
  await assert.rejects(makeEngine(t).run(exec(tool)), withCode('SPAWN_FAILED', { errno: 'ENOEXEC' }));
});

test('a script whose shebang names nothing that exists is refused or fails to start', async (t) => {
  const path = tempFile('s', '#!/no/such/interpreter\n', 0o755);
  const running = makeEngine(t).run({ command: { type: 'script', path } });
  await assert.rejects(running, (error) => error.code === 'VALIDATION' || error.errno === 'ENOENT');
});

test('arguments that are too long are SPAWN_FAILED with E2BIG', async (t) => {
  const args = ['x'.repeat(3_000_000)];
  await assert.rejects(makeEngine(t).run(exec('true', args)), withCode('SPAWN_FAILED', { errno: 'E2BIG' }));
});

describe('a child starts with', () => {
  const status = async (t, name) => {
    const { stdout } = await makeEngine(t).run(exec('grep', [`^${name}:`, '/proc/self/status']));
    return stdout.split(':')[1].trim();
  };

  test('default signal dispositions', async (t) => {
    assert.match(await status(t, 'SigIgn'), /^0+$/);
  });

  test('an empty signal mask', async (t) => {
    assert.match(await status(t, 'SigBlk'), /^0+$/);
  });

  test('the time slice of its host, not the shorter one of the engine thread', async (t) => {
    const slice = (text) => /^se\.slice\s*:\s*(\d+)/m.exec(text)?.[1];
    const ours = slice(readFileSync('/proc/self/sched', 'latin1'));
    if (ours === undefined) return t.skip('this kernel does not show time slices');
    const [major, minor] = release().split('.').map(Number);
    if (major < 6 || (major === 6 && minor < 12)) return t.skip('time slices can be chosen since Linux 6.12');
    if (!/^Seccomp:\t0$/m.test(readFileSync('/proc/self/status', 'latin1')))
      return t.skip('under a seccomp filter the engine asks for none');
    const engine = makeEngine(t, { max_concurrent_executions: 1000 });
    const scheduling = (tid) => {
      try {
        return readFileSync(`/proc/self/task/${tid}/sched`, 'latin1');
      } catch {
        return ''; // It has ended since it was listed.
      }
    };
    const sliceOfEngine = () => {
      const threads = readdirSync('/proc/self/task').map(scheduling);
      return threads.filter((one) => one.startsWith('cloudops-engine')).map(slice);
    };
    const waits = () => engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    const running = [await waits()];
    await engine.getStatus(running[0]);
    assert.deepEqual(sliceOfEngine(), [ours], 'one command');
    // At least as many as there are processors for this process.
    for (let i = 0; i < cpus().length; i++) running.push(await waits());
    const { stdout } = await engine.run(exec('cat', ['/proc/self/sched']));
    assert.equal(slice(stdout), ours);
    assert.deepEqual(sliceOfEngine(), ['100000'], 'more commands than processors');
    for (const id of running) await engine.closeStdin(id);
    for (const id of running) await engine.waitForCompletion(id);
    await until(() => sliceOfEngine()[0] === ours, 5000);
  });

  test('no descriptors but 0, 1 and 2', async (t) => {
    const engine = makeEngine(t);
    // Others run meanwhile, so that the engine has descriptors that could leak.
    for (let i = 0; i < 5; i++) await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    const { stdout } = await engine.run(exec('ls', ['-l', '/proc/self/fd']));
    // ls itself has the directory open.
    const open = [...stdout.matchAll(/(\d+) -> (.*)/g)].filter(([, , target]) => !target.startsWith('/proc/'));
    assert.deepEqual(open.map(([, fd]) => fd).sort(), ['0', '1', '2']);
  });

  test('a process group of its own', async (t) => {
    const { stdout } = await makeEngine(t).run(exec('cut', ['-d', ' ', '-f', '1,5', '/proc/self/stat']));
    const [pid, group] = stdout.trim().split(' ');
    assert.equal(group, pid);
  });

  const noTerminals = spawnSync('script', ['--version']).error && 'there is no script(1), which makes a terminal';
  test('no terminal to wait for, though the host has one', { skip: noTerminals }, async () => {
    const code = `
      import { ExecutionEngine } from ${JSON.stringify(new URL('../../lib/index.mjs', import.meta.url).href)};
      const engine = new ExecutionEngine({ log_dir: null });
      const command = { type: 'shell', command: 'read -r line </dev/tty' };
      const { status, stderr } = await engine.run({ command, timeout_ms: 10_000 });
      console.log(\`\${process.stdin.isTTY} \${status} \${stderr}\`);`;
    const host = `'${process.execPath}' --input-type=module -e "$CODE"`;
    const env = { ...process.env, CODE: code };
    const terminal = spawn('script', ['--quiet', '--command', host, '/dev/null'], { env });
    assert.match(await text(terminal.stdout), /true failed .*No such device or address/);
  });

  test("the host's umask and working directory", async (t) => {
    const { stdout } = await makeEngine(t).run(shell('umask; pwd -P'));
    assert.deepEqual(stdout.trim().split('\n'), [process.umask().toString(8).padStart(4, '0'), process.cwd()]);
  });

  test('no environment that the engine added', async (t) => {
    const request = exec('/usr/bin/env', [], { inherit_env: false });
    assert.equal((await makeEngine(t).run(request)).stdout, '');
  });

  test('the path that was found, when a script asks for its name', async (t) => {
    const tool = tempFile('tool', '#!/bin/sh\necho "$0"\n', 0o755);
    const request = exec('tool', [], { env: { PATH: `${dirname(tool)}:${process.env.PATH}` } });
    assert.equal((await makeEngine(t).run(request)).stdout, `${tool}\n`);
  });
});

test('a shortage of descriptors is waited out', async (t) => {
  const command = `ulimit -n 64; exec "${process.execPath}" "${fixture('host.mjs')}" few_descriptors`;
  const host = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => host.kill('SIGKILL'));
  const [out, err] = await Promise.all([text(host.stdout), text(host.stderr), once(host, 'close')]);
  assert.equal(out.trim(), '80', err);
});

test('a start is quick for the JavaScript thread', async (t) => {
  const engine = makeEngine(t, { log_dir: null });
  await engine.run(exec('true'));
  const pending = [];
  const begin = performance.now();
  for (let i = 0; i < 50; i++) pending.push(engine.run(exec('true')));
  const blocked = performance.now() - begin;
  await Promise.all(pending);
  assert.ok(blocked < 150, `50 starts blocked the thread for ${blocked} ms`);
});
