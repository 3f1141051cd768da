// Descriptors, processes and memory run out; nothing is lost and nothing hangs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import {
  exec,
  holdings,
  killAfter,
  makeEngine,
  marker,
  residentBytes,
  sanitized,
  shell,
  tempFile,
  until,
  waitUntilGone,
  waitUntilPresent,
  within,
} from '../support.mjs';
import { libraryUrl, runModule, startModule } from './support.mjs';

// RLIMIT_NPROC does not hold root, so the process limit is tried as a user that nobody else is, not even another run of
// this file: what that one starts would count too.
const stranger = 1_000_000 + process.pid;
const asStranger = process.getuid?.() === 0 ? `setpriv --reuid ${stranger} --regid ${stranger} --clear-groups` : '';

/** Why that user cannot run the test, or false. */
function strangerIsKeptOut() {
  if (asStranger === '') return 'needs root';
  const look = spawnSync('sh', ['-c', `exec ${asStranger} test -r "$0"`, fileURLToPath(libraryUrl)]);
  return look.status !== 0 && 'another user cannot read this folder';
}

const fiveHundred = `
  const engine = makeEngine({ max_concurrent_executions: 100, concurrency_policy: 'queue' });
  const runs = Array.from({ length: 500 }, (_, i) => engine.run(shell('echo ' + i + '; exit ' + (i % 2))));
  const results = await Promise.all(runs);
  const right = results.filter((r, i) => r.stdout === i + '\\n' && r.exit_code === i % 2 && r.status === (i % 2 ? 'failed' : 'completed'));
  await engine.close();
  console.log(JSON.stringify({ right: right.length, wrong: results.filter((r) => !right.includes(r))[0] }));`;

test('500 requests with 64 descriptors all end right', async (t) => {
  const { right, wrong } = await runModule(t, fiveHundred, { before: 'ulimit -n 64' });
  assert.equal(right, 500, JSON.stringify(wrong));
});

test('500 requests with few processes all end right', { skip: strangerIsKeptOut() }, async (t) => {
  // 11 threads of Node's own, some for the engine, and room for few children.
  const { right, wrong } = await runModule(t, fiveHundred, { before: `ulimit -u 24; exec ${asStranger} "$0" "$@"` });
  assert.equal(right, 500, JSON.stringify(wrong));
});

test('descriptors that run out in the middle delay a start, and what runs is reported', async (t) => {
  const outcome = await runModule(
    t,
    `
    import fs from 'node:fs';
    const engine = makeEngine();
    const taken = [];
    let started = 0;
    const both = new Promise((resolve) => engine.on('started', () => ++started === 2 && resolve()));
    const first = engine.run(shell('sleep 0.3; echo first'));
    const hung = engine.run(shell('sleep 60', { timeout_ms: 500 }));
    await both;
    try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
    const late = engine.run(shell('echo late'));
    const never = engine.run(shell('echo never', { timeout_ms: 200 }));
    const ends = [await first, await hung, await never];
    for (const fd of taken) fs.closeSync(fd);
    ends.push(await late);
    await engine.close();
    console.log(JSON.stringify(ends.map((r) => [r.status, r.stdout, r.termination?.survivors ?? null, r.error])));`,
    { before: 'ulimit -n 64' },
  );
  assert.deepEqual(outcome[0], ['completed', 'first\n', null, null]);
  assert.deepEqual(outcome[1].slice(0, 3), ['timeout', '', []]);
  assert.equal(outcome[2][0], 'timeout');
  assert.match(outcome[2][3], /EMFILE/);
  assert.deepEqual(outcome[3].slice(0, 2), ['completed', 'late\n']);
});

test('an engine whose very first start finds no descriptor recovers', async (t) => {
  const outcome = await runModule(
    t,
    `
    import fs from 'node:fs';
    const engine = makeEngine();
    const taken = [];
    try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
    const early = engine.run(shell('echo early'));
    // Answered after it was tried.
    if ((await engine.getConcurrencyMetrics()).currently_running !== 1) throw new Error('it has ended');
    for (const fd of taken) fs.closeSync(fd);
    const ends = [await early, await engine.run(shell('echo next'))];
    await engine.close();
    console.log(JSON.stringify(ends.map((r) => [r.status, r.stdout])));`,
    { before: 'ulimit -n 64' },
  );
  assert.deepEqual(outcome, [
    ['completed', 'early\n'],
    ['completed', 'next\n'],
  ]);
});

test('those that wait for descriptors keep none that others could start with', async (t) => {
  const { free, ends } = await runModule(
    t,
    `
    import fs from 'node:fs';
    const takeAll = () => {
      const taken = [];
      try { for (;;) taken.push(fs.openSync('/dev/null')); } catch { return taken; }
    };
    const giveBack = (taken) => { for (const fd of taken) fs.closeSync(fd); };
    const engine = makeEngine({ log_dir: 'logs' });
    await engine.run(exec('true'));
    const taken = takeAll();
    // Enough for a log, too few for a start.
    giveBack(taken.splice(-4));
    const runs = Array.from({ length: 12 }, (_, i) => engine.run(exec('echo', [String(i)])));
    // Answered after they were tried.
    if ((await engine.getConcurrencyMetrics()).currently_running !== 12) throw new Error('some have ended');
    let free;
    // One that is being tried again has some for a moment.
    for (let tries = 0; free !== 4 && tries < 300; tries++) {
      await delay(10);
      const left = takeAll();
      free = left.length;
      giveBack(left);
    }
    giveBack(taken);
    const ends = await Promise.all(runs);
    await engine.close();
    console.log(JSON.stringify({ free, ends: ends.map((r) => [r.status, r.stdout, r.log_path !== null]) }));`,
    { before: 'ulimit -n 100' },
  );
  assert.equal(free, 4);
  assert.deepEqual(
    ends,
    ends.map((_, i) => ['completed', `${i}\n`, true]),
  );
});

test('a host that cannot have the helper that ends trees after it is told so, once per engine', async (t) => {
  const code = `
    const warnings = [];
    process.on('warning', ({ name, message }) => warnings.push([name, message]));
    const engine = makeEngine();
    const results = [await engine.run(shell('true')), await engine.run(shell('true'))];
    await engine.close();
    console.log(JSON.stringify({ statuses: results.map(({ status }) => status), warnings }));
  `;
  const { statuses, warnings } = await runModule(t, code, { before: 'ulimit -f 0' });
  assert.deepEqual(statuses, ['completed', 'completed']);
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0][0], 'ExecutionEngineWarning');
  assert.match(warnings[0][1], /could not be started \(RLIMIT_FSIZE: EFBIG\)/);
});

test('a host that cannot have the helper takes its commands along when it is killed', async (t) => {
  const mark = killAfter(t, marker());
  const code = `await makeEngine().execute(exec('sleep', [process.env.MARK]));`;
  const host = startModule(t, code, { before: 'ulimit -f 0', env: { MARK: mark } });
  await waitUntilPresent(mark, 1);
  await until(() => host.stderr.includes('could not be started'), 5000, 'the warning');
  host.child.kill('SIGKILL');
  await waitUntilGone(mark);
});

test('a host with 20,000 and more open descriptors starts as well as any', async (t) => {
  const outcome = await runModule(
    t,
    `
    import fs from 'node:fs';
    const engine = makeEngine();
    let count = 0;
    try { for (; count < 100000; count++) fs.openSync('/dev/null'); } catch (error) { fs.closeSync(100); for (let i = 101; i < 150; i++) fs.closeSync(i); }
    const { stdout } = await engine.run(shell('ls /proc/self/fd | wc -l'));
    await engine.close();
    console.log(JSON.stringify({ count, stdout }));`,
    { before: 'ulimit -n $(ulimit -Hn)' },
  );
  t.diagnostic(`${outcome.count} descriptors`);
  assert.ok(outcome.count > 900);
  // 0, 1, 2 and the one with which ls reads the directory.
  assert.equal(outcome.stdout.trim(), '4');
});

test('a host that has closed 0, 1 and 2', async (t) => {
  const said = tempFile('said', '');
  const host = startModule(
    t,
    `
    import fs from 'node:fs';
    const said = fs.openSync(process.env.SAID, 'w');
    for (const fd of [0, 1, 2]) fs.closeSync(fd);
    const engine = makeEngine();
    const cat = await engine.run(exec('cat', [], { stdin: { type: 'data', data: 'through' } }));
    const both = await engine.run(shell('echo out; echo err >&2; cat'));
    const id = await engine.execute(exec('sleep', ['100']));
    await engine.cancel(id);
    const cancelled = await engine.waitForCompletion(id);
    await engine.close();
    fs.writeSync(said, JSON.stringify([cat.stdout, both.stdout, both.stderr, cancelled.status]));`,
    { env: { SAID: said } },
  );
  assert.deepEqual(await host.ended, { code: 0, signal: null });
  assert.deepEqual(JSON.parse(readFileSync(said, 'utf8')), ['through', 'out\n', 'err\n', 'cancelled']);
});

test('10,000 waiters all hear the same', async (t) => {
  const engine = makeEngine(t);
  const id = await engine.execute(shell('sleep 0.2; echo x'));
  const results = await within(
    20_000,
    Promise.all(Array.from({ length: 10_000 }, () => engine.waitForCompletion(id))),
    'waiters',
  );
  assert.ok(results.every((result) => result.stdout === 'x\n'));
});

test('1,000 engines made, used and closed leave nothing', async (t) => {
  const count = sanitized ? 50 : 1000;
  const cycle = async (i) => {
    const engine = makeEngine({ after: () => {} }, { log_dir: null });
    if (i % 10 === 0) await engine.run(exec('true'));
    await engine.close();
  };
  for (let i = 0; i < 20; i++) await cycle(i);
  const before = holdings();
  const memory = residentBytes();
  for (let i = 0; i < count; i++) await cycle(i);
  await until(() => {
    const now = holdings();
    return now.fds <= before.fds && now.threads <= before.threads && now.children <= before.children;
  }, 5000);
  const grown = residentBytes() - memory;
  t.diagnostic(`grew by ${(grown / 1e6).toFixed(1)} MB`);
  if (!sanitized) assert.ok(grown < 30e6, `grew by ${grown} bytes`);
});

test(
  'a signal that is never aborted costs nothing after its executions',
  { skip: sanitized && 'measures memory' },
  async (t) => {
    const grown = await runModule(
      t,
      `
    const engine = makeEngine();
    const { signal } = new AbortController();
    const rounds = async (count) => {
      for (let i = 0; i < count; i++)
        await Promise.all(Array.from({ length: 1000 }, () => engine.execute({}, { signal }).catch(() => {})));
      for (let i = 0; i < 3; i++) globalThis.gc();
      const { rss, heapUsed } = process.memoryUsage();
      return { rss, heapUsed };
    };
    const before = await rounds(60);
    const after = await rounds(150);
    console.log(JSON.stringify({ heap: after.heapUsed - before.heapUsed, resident: after.rss - before.rss }));
    await engine.close();`,
      // V8 makes room for the young by 16 MB at once, whenever it sees fit: more than this test looks for.
      { nodeArgs: ['--expose-gc', '--max-semi-space-size=1'] },
    );
    t.diagnostic(`150,000 refused requests: ${grown.heap} bytes of the heap, ${grown.resident} resident`);
    // One that stays costs about 100 bytes: 15 MB.
    assert.ok(grown.heap < 1e6, `the heap grew by ${grown.heap} bytes`);
    assert.ok(grown.resident < 8e6, `the process grew by ${grown.resident} bytes`);
  },
);

test('a large text stays as it is when its execution and its engine are gone, and is freed when nobody has it', async (t) => {
  const { wrong, grown } = await runModule(
    t,
    `
    const engine = makeEngine({ max_output_size_bytes: 20_000_000 });
    const expected = { y: 'y\\n'.repeat(5_000_000), n: 'n\\n'.repeat(5_000_000) };
    let wrong = 0;
    const rounds = async (count) => {
      for (let i = 0; i < count; i++) {
        const letter = 'yn'[i % 2];
        const { id, stdout } = await engine.run(shell('yes ' + letter + ' | head -c 10000000'));
        engine.removeExecution(id);
        globalThis.gc();
        if (stdout !== expected[letter]) wrong++;
      }
      globalThis.gc();
      return process.memoryUsage().rss;
    };
    const kept = (await engine.run(shell('yes y | head -c 10000000'))).stdout;
    const before = await rounds(10);
    const grown = (await rounds(30)) - before;
    await engine.close();
    globalThis.gc();
    if (kept !== expected.y || kept.slice(-4) !== 'y\\ny\\n') wrong++;
    console.log(JSON.stringify({ wrong, grown }));`,
    { nodeArgs: ['--expose-gc'] },
  );
  t.diagnostic(`300 MB in 30 results: grew by ${(grown / 1e6).toFixed(1)} MB`);
  assert.equal(wrong, 0);
  if (!sanitized) assert.ok(grown < 60e6, `grew by ${grown} bytes`);
});

test(
  'a JavaScript thread blocked for 5 s while 50 children flood: bounded, nothing lost',
  { timeout: 110_000 },
  async (t) => {
    const engine = makeEngine(t, { log_dir: null, max_output_size_bytes: 1000, max_concurrent_executions: 100 });
    const count = 50;
    const lines = sanitized ? 5_000 : 40_000;
    const wrong = [];
    const last = new Map();
    const open = new Map();
    engine.on('stdout', ({ execution_id: id, line, partial }) => {
      const whole = (open.get(id) ?? '') + line;
      if (partial) return open.set(id, whole);
      open.delete(id);
      // Each in its order and none missing, by the child's own count.
      const expected = (last.get(id) ?? 0) + 1;
      if (Number(whole.slice(0, 7)) !== expected || whole.length !== 80) wrong.push([expected, whole]);
      last.set(id, expected);
    });
    const before = residentBytes();
    const ids = await Promise.all(
      Array.from({ length: count }, () => engine.execute(shell(`seq -f '%07.0f-${'x'.repeat(72)}' ${lines}`))),
    );
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000);
    const grown = residentBytes() - before;
    const results = await Promise.all(ids.map((id) => engine.waitForCompletion(id)));
    t.diagnostic(`${count} children, ${lines} lines each: grew by ${(grown / 1e6).toFixed(1)} MB while blocked`);
    assert.deepEqual(wrong.slice(0, 5), []);
    assert.ok(ids.every((id) => last.get(id) === lines));
    assert.ok(results.every((result) => result.stdout_bytes === lines * 81 && result.output_truncated));
    // 1 MiB of text for each child, with what it takes to hold it, and 1 MiB of pipe, which is not ours.
    if (!sanitized) assert.ok(grown < 100e6, `grew by ${grown} bytes`);
  },
);
