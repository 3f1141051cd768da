// Children that do not play along.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import {
  alive,
  exec,
  killAfter,
  makeEngine,
  marker,
  nextEvent,
  pidsOf,
  sanitized,
  shell,
  tempFile,
  until,
  waitUntilGone,
  waitUntilPresent,
  within,
} from '../support.mjs';

const slept = (mark) => `sleep ${mark}`;

test('one that never reads its 10 MB of stdin ends as usual', async (t) => {
  const engine = makeEngine(t);
  const result = await engine.run(
    shell('sleep 0.2; echo done', { stdin: { type: 'data', data: Buffer.alloc(10 << 20) } }),
  );
  assert.equal(result.stdout, 'done\n');
});

test('one that never reads its stdin pipe: the write waits, and settles when the child is cancelled', async (t) => {
  const engine = makeEngine(t);
  const id = await engine.execute(exec('sleep', ['100'], { stdin: { type: 'pipe' } }));
  await engine.writeStdin(id, 'it runs');
  const write = engine.writeStdin(id, Buffer.alloc(10 << 20)).catch((error) => error);
  await engine.cancel(id);
  assert.equal((await within(5000, write, 'the write')).code, 'IO');
  assert.equal((await engine.waitForCompletion(id)).status, 'cancelled');
});

test('one that closes its output and lives on is not over', async (t) => {
  const engine = makeEngine(t);
  const result = await engine.run(shell('exec 1>&- 2>&-; sleep 0.6'));
  assert.ok(result.duration_ms >= 590, `${result.duration_ms} ms`);
  assert.equal(result.status, 'completed');
});

test('one that closes its output and never ends meets its timeout', async (t) => {
  const engine = makeEngine(t);
  const result = await engine.run(shell('exec 1>&- 2>&-; sleep 100', { timeout_ms: 300 }));
  assert.equal(result.status, 'timeout');
  assert.ok(result.duration_ms < 3000);
});

test('one that is stopped meets its timeout, and its tree is dead', async (t) => {
  const engine = makeEngine(t);
  const mark = killAfter(t, marker());
  // Stopped when it is what it is to be, not on the way there.
  const stop = 'until grep -q sleep /proc/$!/comm; do :; done; kill -STOP $!; kill -STOP $$';
  const pending = engine.run(shell(`${slept(mark)} & setsid ${slept(mark)} & ${stop}; wait`, { timeout_ms: 1500 }));
  await waitUntilPresent(mark, 2);
  const result = await within(10_000, pending, 'the timeout');
  assert.equal(result.status, 'timeout');
  assert.deepEqual(result.termination.survivors, []);
  assert.deepEqual(pidsOf(mark), []);
});

test('one that forks all the time (200 at most) is dead after a cancel', async (t) => {
  const engine = makeEngine(t, { kill_grace_period_ms: 0 });
  const mark = killAfter(t, marker());
  // Each generation leaves the session and starts the next, so that there is always one that was not seen yet.
  const script = tempFile(
    'forks.sh',
    `left=$1\nif [ "$left" -gt 0 ]; then setsid bash "$0" $((left - 1)) ${mark} & fi\n${slept(mark)}\n`,
  );
  const id = await engine.execute({ command: { type: 'script', path: script, args: ['200', mark] } });
  await waitUntilPresent(mark, 10, 20_000);
  await engine.cancel(id);
  const result = await within(20_000, engine.waitForCompletion(id), 'the cancel');
  assert.equal(result.status, 'cancelled');
  assert.deepEqual(result.termination.survivors, []);
  assert.deepEqual(pidsOf(mark), []);
});

test('a cancel while the output drains still ends whoever ignores SIGTERM', async (t) => {
  const engine = makeEngine(t, { drain_grace_ms: 20_000, kill_grace_period_ms: 800 });
  const mark = killAfter(t, marker());
  const id = await engine.execute(shell(`trap '' TERM; ${slept(mark)} & echo ready`));
  await nextEvent(engine, (event) => event.event_type === 'stdout');
  const [pid] = await waitUntilPresent(mark, 1).then(() => pidsOf(mark));
  // The command itself is over; the sleeper holds its pipe.
  await until(() => !pidsOf(`trap '' TERM; ${slept(mark)}`).length, 3000);
  await engine.cancel(id);
  const result = await within(10_000, engine.waitForCompletion(id), 'the cancel');
  assert.equal(result.status, 'cancelled');
  assert.deepEqual(
    result.termination.signals.map(({ signal }) => signal),
    ['SIGTERM', 'SIGKILL'],
  );
  assert.equal(alive(pid), false);
});

test('a writer that left the tree for good cannot keep a terminated execution open', async (t) => {
  // A writer that never pauses may have to wait for a processor: not for as long as this grace.
  const limits = { drain_grace_ms: 2000, max_output_size_bytes: 1000 };
  const engine = makeEngine(t, { stream_output: false, log_dir: null, ...limits });
  const mark = killAfter(t, marker());
  // It gives itself another RLIMIT_RTTIME and a session: nothing ties it to the tree any more, and it never pauses.
  const endless = `setsid bash -c 'while echo x; do :; done; : ${mark}' &`;
  const result = await within(
    10_000,
    engine.run(shell(`ulimit -R 1000000 || exit 9; (${endless}); sleep 0.3`, { timeout_ms: 700 })),
    'the timeout',
  );
  assert.equal(result.status, 'timeout');
  assert.equal(result.output_incomplete, true);
  // It dies of SIGPIPE, now that nobody reads.
  await waitUntilGone(mark);
});

test(
  'one that kills its own group, its parent and itself',
  { skip: sanitized && 'the preloaded sanitizer answers SIGSEGV in the child' },
  async (t) => {
    const engine = makeEngine(t);
    const group = await engine.run(shell('kill -KILL 0'));
    assert.equal(group.signal, 'SIGKILL');
    const self = await engine.run(shell('kill -SEGV $$'));
    assert.equal(self.signal, 'SIGSEGV');
  },
);

test('a child_process of the host is never taken for one of ours', async (t) => {
  const { spawn } = await import('node:child_process');
  const mark = killAfter(t, marker());
  const other = spawn('sleep', [mark]);
  t.after(() => other.kill('SIGKILL'));
  const engine = makeEngine(t);
  for (let i = 0; i < 20; i++) {
    const id = await engine.execute(exec('sleep', ['100']));
    await engine.cancel(id);
    await engine.waitForCompletion(id);
  }
  assert.ok(alive(other.pid));
});

describe('child_process and the engine side by side', () => {
  test('300 of each, started in turns: all exits seen, all output whole', async (t) => {
    const { execFile } = await import('node:child_process');
    const { promisify } = await import('node:util');
    const engine = makeEngine(t, { log_dir: null, max_concurrent_executions: 1000 });
    const both = [];
    for (let i = 0; i < 300; i++) {
      both.push(
        promisify(execFile)('sh', ['-c', `echo n${i}; exit 0`]).then(({ stdout }) => assert.equal(stdout, `n${i}\n`)),
      );
      both.push(engine.run(shell(`echo e${i}`, {})).then(({ stdout }) => assert.equal(stdout, `e${i}\n`)));
    }
    await within(90_000, Promise.all(both), 'both');
  });

  test('spawnSync, which blocks the JavaScript thread, delays nobody else', async (t) => {
    const { spawnSync } = await import('node:child_process');
    const engine = makeEngine(t);
    const pending = engine.run(shell('sleep 0.2; echo on time'));
    await engine.getStats();
    spawnSync('sleep', ['1']);
    const result = await pending;
    assert.equal(result.stdout, 'on time\n');
    assert.ok(result.duration_ms < 900, `${result.duration_ms} ms`);
  });
});

test('its own resource limits and priority are its own', async (t) => {
  const engine = makeEngine(t);
  await engine.run(shell('ulimit -n 10; ulimit -f 0; renice 19 $$ >/dev/null; true'));
  const limits = readFileSync('/proc/self/limits', 'utf8');
  assert.doesNotMatch(limits, /^Max open files +10 /m);
  assert.equal((await engine.run(shell('echo x'))).stdout, 'x\n');
});
