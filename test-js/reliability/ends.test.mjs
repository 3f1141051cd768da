// The end of the host, of its workers and of its engines, in every way: nothing of a running execution outlives it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { ExecutionEngine } from '../../lib/index.mjs';
import {
  exec,
  fixture,
  holdings,
  hostSays,
  killAfter,
  marker,
  otherUser,
  pidsOf,
  sanitized,
  shell,
  tempDir,
  tempFile,
  until,
  waitUntilGone,
  waitUntilPresent,
  within,
} from '../support.mjs';
import { libraryUrl, runModule, startModule } from './support.mjs';

const family = fixture('family.sh');

test('SIGKILL of a host with 20 trees, each with a session of its own, a double fork and an empty environment', async (t) => {
  const mark = killAfter(t, marker());
  const host = startModule(
    t,
    `
    const engine = makeEngine();
    for (let i = 0; i < 20; i++)
      await engine.execute({ command: { type: 'script', path: ${JSON.stringify(family)}, args: ['${mark}'] } });`,
  );
  // Per tree: the script itself and four sleepers.
  await waitUntilPresent(mark, 100, 30_000);
  const killed = performance.now();
  host.child.kill('SIGKILL');
  await waitUntilGone(mark, 5000);
  const took = performance.now() - killed;
  t.diagnostic(`all dead after ${took.toFixed(0)} ms`);
  if (!sanitized) assert.ok(took < 1000, `${took} ms`);
});

test('SIGKILL of a host spares what a command left behind that had ended before', async (t) => {
  const [mark, left] = [killAfter(t, marker()), killAfter(t, marker())];
  const host = startModule(
    t,
    `
    const engine = makeEngine();
    await engine.execute(shell('setsid sleep $MARK & wait'));
    await engine.run(shell('sleep $LEFT >/dev/null 2>&1 &'));
    console.log('ended');`,
    { env: { MARK: mark, LEFT: left } },
  );
  await hostSays(host, 'ended');
  await waitUntilPresent(mark, 1);
  await waitUntilPresent(left, 1);
  host.child.kill('SIGKILL');
  // The last to be killed: it is in a session of its own.
  await waitUntilGone(mark);
  assert.equal(pidsOf(left).length, 1);
});

// Whose limits may be asked only by who may change them; prlimit refuses a root without that capability, too.
const noOtherUser = process.getuid() !== 0 && 'needs root';

test('those that changed user, group and session: after a timeout', { skip: noOtherUser }, async (t) => {
  const mark = killAfter(t, marker());
  const engine = new ExecutionEngine({ log_dir: null });
  t.after(() => engine.close());
  const command = `${otherUser} sh -c '(setsid sleep ${mark} &); sleep ${mark}'`;
  const running = engine.run(shell(command, { timeout_ms: 1000 }));
  await waitUntilPresent(mark, 2);
  const { termination } = await running;
  assert.deepEqual(pidsOf(mark), []);
  assert.deepEqual(termination.survivors, []);
});

test('those that changed user, group and session: after SIGKILL of the host', { skip: noOtherUser }, async (t) => {
  const mark = killAfter(t, marker());
  const command = `${otherUser} sh -c "(setsid sleep ${mark} &); sleep ${mark}"`;
  const host = startModule(t, `await makeEngine().execute(shell(${JSON.stringify(command)}));`);
  await waitUntilPresent(mark, 2);
  host.child.kill('SIGKILL');
  await waitUntilGone(mark, 2000);
});

for (const [how, code] of Object.entries({
  'process.exit in an event handler': `engine.on('stdout', () => process.exit(3));`,
  'process.exit in a getter of a request': `engine.on('stdout', () => engine.execute({ get command() { process.exit(3); } }));`,
  'process.abort': `engine.on('stdout', () => process.abort());`,
  'an unhandled rejection': `engine.on('stdout', () => { Promise.reject(new Error('on purpose')); });`,
  'process.reallyExit': `engine.on('stdout', () => process.reallyExit(3));`,
})) {
  test(`${how}: the tree dies too`, async (t) => {
    const mark = killAfter(t, marker());
    const host = startModule(
      t,
      `const engine = makeEngine(); ${code}
       await engine.execute({ command: { type: 'script', path: ${JSON.stringify(family)}, args: ['${mark}'] } });
       await delay(30000);`,
      { before: 'ulimit -c 0' },
    );
    const end = await within(20_000, host.ended, 'the host');
    if (/exit/i.test(how)) assert.deepEqual(end, { code: 3, signal: null }, host.stderr);
    await waitUntilGone(mark, 2000);
  });
}

test('an exception in a handler is a warning, and the execution goes on', async (t) => {
  const host = startModule(
    t,
    `const engine = makeEngine();
     engine.on('stdout', () => { throw new Error('on purpose'); });
     const { stdout } = await engine.run(shell('echo a; echo b'));
     console.log(JSON.stringify(stdout));`,
  );
  assert.deepEqual(await host.ended, { code: 0, signal: null });
  assert.equal(host.stdout, '"a\\nb\\n"\n');
  assert.match(host.stderr, /on purpose/);
});

describe('workers', () => {
  const flood = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.library).then(async ({ ExecutionEngine }) => {
      const engine = new ExecutionEngine({ log_dir: null, kill_grace_period_ms: 100 });
      let lines = 0;
      engine.on('stdout', () => { if (++lines === 1) parentPort.postMessage('flowing'); });
      for (let i = 0; i < 3; i++)
        await engine.execute({ command: { type: 'shell', command: 'while :; do echo x; done; : ' + workerData.mark } });
      await engine.execute({ command: { type: 'shell', command: 'setsid sleep ' + workerData.mark } });
    });`;

  test(
    'terminated in the middle of a flood, 50 in a row: no process, thread or descriptor stays',
    { timeout: 110_000 },
    async (t) => {
      const mark = killAfter(t, marker());
      const once = async () => {
        const worker = new Worker(flood, { eval: true, workerData: { mark, library: libraryUrl } });
        await within(
          20_000,
          new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject)),
          'a line',
        );
        await worker.terminate();
      };
      await once();
      await waitUntilGone(mark);
      const before = holdings();
      for (let i = 0; i < (sanitized ? 5 : 50); i++) await once();
      await waitUntilGone(mark);
      await until(() => {
        const now = holdings();
        return now.fds <= before.fds && now.threads <= before.threads && now.children <= before.children;
      }, 5000);
    },
  );

  test('process.exit of a worker in an event handler ends that worker only', async (t) => {
    const mark = killAfter(t, marker());
    const code = `
      const { workerData } = require('node:worker_threads');
      import(workerData.library).then(async ({ ExecutionEngine }) => {
        const engine = new ExecutionEngine({ log_dir: null });
        engine.on('stdout', () => process.exit(5));
        await engine.execute({ command: { type: 'shell', command: 'seq 100000; sleep ' + workerData.mark } });
      });`;
    const worker = new Worker(code, { eval: true, workerData: { mark, library: libraryUrl } });
    assert.equal(await within(20_000, new Promise((resolve) => worker.once('exit', resolve)), 'the worker'), 5);
    await waitUntilGone(mark);
  });
});

describe('an engine closed', () => {
  const config = { log_dir: null, kill_grace_period_ms: 100, enable_auto_cleanup: false };
  const stages = {
    'before the first answer': async () => {},
    'right after acceptance': async (engine, id) => void (await id),
    'while output flows': (engine) => new Promise((resolve) => engine.once('stdout', resolve)),
    'while it is being cancelled': async (engine, id) => void (await engine.cancel(await id)),
    'while it is being closed': async (engine) => void engine.close({ mode: 'drain' }),
    'some milliseconds in': () => delay(Math.random() * 20),
  };
  for (const [stage, reach] of Object.entries(stages)) {
    test(`${stage}: every promise settles and the tree is dead`, async (t) => {
      const mark = killAfter(t, marker());
      for (let round = 0; round < 5; round++) {
        const engine = new ExecutionEngine(config);
        const id = engine.execute(
          shell(`trap '' TERM; echo x; setsid sleep ${mark} & while :; do echo y; sleep 0.01; done`, {
            stdin: { type: 'pipe' },
          }),
        );
        const settled = [
          id,
          id.then((known) => engine.waitForCompletion(known)),
          id.then((known) => engine.writeStdin(known, Buffer.alloc(1 << 20))),
          id.then(async (known) => {
            for await (const line of engine.lines(known)) void line;
          }),
        ];
        settled.push(engine.run(exec('true')));
        const outcome = Promise.allSettled(settled);
        await reach(engine, id);
        await within(10_000, engine.close(), 'close');
        await within(10_000, outcome, 'the promises');
        assert.deepEqual(pidsOf(mark), []);
      }
    });
  }
});

test('three engines deep: cancelling the outermost kills everything', async (t) => {
  const mark = killAfter(t, marker());
  const inner = `
    import { ExecutionEngine } from ${JSON.stringify(libraryUrl)};
    const engine = new ExecutionEngine({ log_dir: null });
    const left = Number(process.argv[2]);
    const command = left > 0
      ? { type: 'exec', program: process.execPath, args: [process.argv[1], String(left - 1), '${mark}'] }
      : { type: 'script', path: ${JSON.stringify(family)}, args: ['${mark}'] };
    await engine.run({ command });`;
  const script = tempFile('inner.mjs', inner);
  const engine = new ExecutionEngine({ log_dir: null, kill_grace_period_ms: 100 });
  t.after(() => engine.close());
  const id = await engine.execute(exec(process.execPath, [script, '2', mark]));
  await waitUntilPresent(mark, 8, 30_000);
  await engine.cancel(id);
  const result = await within(20_000, engine.waitForCompletion(id), 'the cancel');
  assert.equal(result.status, 'cancelled');
  assert.deepEqual(result.termination.survivors, []);
  await waitUntilGone(mark, 2000);
});

test(
  'a host that ignores SIGCHLD, so that nobody can collect an exit status: everything still settles',
  { skip: sanitized && 'the sanitizer cannot be preloaded beside another library' },
  async (t) => {
    const folder = tempDir();
    const source = tempFile(
      'ignore.c',
      '#include <signal.h>\n__attribute__((constructor)) static void ignore(void) { signal(SIGCHLD, SIG_IGN); }\n',
    );
    const library = join(folder, 'ignore.so');
    try {
      execFileSync('cc', ['-shared', '-fPIC', '-o', library, source], { stdio: 'ignore' });
    } catch {
      return t.skip('no C compiler');
    }
    assert.ok(existsSync(library));
    const outcome = await runModule(
      t,
      `
    const engine = makeEngine();
    const plain = await engine.run(shell('echo out; exit 3'));
    const slow = await engine.run(shell('sleep 100', { timeout_ms: 200 }));
    await engine.close();
    console.log(JSON.stringify([plain.stdout, plain.status, plain.error, slow.status]));`,
      // libuv takes SIGCHLD for itself only when child_process is used.
      { before: `export LD_PRELOAD=${library}`, env: { ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0' } },
    );
    assert.equal(outcome[0], 'out\n');
    assert.equal(outcome[1], 'failed');
    assert.equal(outcome[3], 'timeout');
  },
);

describe('what keeps the process alive', () => {
  const quick = async (t, code) => {
    const start = performance.now();
    const host = startModule(t, code);
    const end = await within(20_000, host.ended, 'the host');
    assert.deepEqual(end, { code: 0, signal: null }, host.stderr);
    return { host, took: performance.now() - start };
  };
  test('not an idle engine with listeners, timers and finished executions', async (t) => {
    await quick(
      t,
      `const engine = makeEngine({ enable_auto_cleanup: true, cleanup_interval_secs: 3600 });
      engine.on('event', () => {}); await engine.run(exec('true')); engine.startCleanupTask();`,
    );
  });
  test('an execution that nobody waits for does', async (t) => {
    const { host } = await quick(
      t,
      `const engine = makeEngine(); engine.on('completed', () => console.log('seen')); engine.execute(exec('sleep', ['0.3']));`,
    );
    assert.equal(host.stdout, 'seen\n');
  });
  test('not an iterator over nothing', async (t) => {
    await quick(
      t,
      `const engine = makeEngine(); engine.events('00000000-0000-4000-8000-000000000000').next().catch(() => {});`,
    );
  });
});
