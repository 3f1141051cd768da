// Contract §5: a JavaScript side that falls behind holds its children back. Nothing is dropped, memory stays bounded.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { exec, isLine, isTerminal, makeEngine, residentBytes, shell, tempDir, within } from '../support.mjs';

test('a JavaScript thread blocked for 2 s loses nothing and memory stays bounded', async (t) => {
  const engine = makeEngine(t, { max_output_size_bytes: 65_536, log_dir: null });
  const children = 4;
  const bytes = 64 * 1024 * 1024;
  const line = 'x'.repeat(1023);
  const flood = exec('bash', ['-c', `yes ${line} | head -c ${bytes}`]);
  const ids = await Promise.all(Array.from({ length: children }, () => engine.execute(flood)));
  const counts = new Map(ids.map((id) => [id, 0]));
  let wrong = 0;
  engine.on('stdout', (event) => {
    counts.set(event.execution_id, counts.get(event.execution_id) + 1);
    if (event.line.length !== 1023) wrong++;
  });
  const before = residentBytes();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
  const grown = residentBytes() - before;
  assert.ok(grown < 64 * 1024 * 1024, `resident memory grew by ${grown} bytes`);
  const results = await Promise.all(ids.map((id) => engine.waitForCompletion(id)));
  assert.deepEqual(
    results.map((result) => result.stdout_bytes),
    Array(children).fill(bytes),
  );
  assert.deepEqual([...counts.values()], Array(children).fill(bytes / 1024));
  assert.equal(wrong, 0);
});

test('a slow consumer of events(id) holds its own child back, and no other', async (t) => {
  const engine = makeEngine(t, { max_output_size_bytes: 65_536, log_dir: null });
  const done = join(tempDir(), 'done');
  const id = await engine.execute(shell(`yes ${'x'.repeat(99)} | head -c 50000000; touch ${done}`));
  const events = engine.events(id)[Symbol.asyncIterator]();
  assert.equal((await events.next()).value.event_type, 'started');
  // The same work without a consumer runs to its end meanwhile; this one must not.
  const other = await engine.run(shell(`yes ${'x'.repeat(99)} | head -c 50000000`));
  assert.equal(other.stdout_bytes, 50_000_000);
  assert.equal(existsSync(done), false);
  assert.equal(await engine.getStatus(id), 'running');
  let lines = 0;
  for (let step = await events.next(); !step.done; step = await events.next()) if (isLine(step.value)) lines++;
  assert.equal(lines, 500_000);
  assert.equal(existsSync(done), true);
});

test('an iterator that is first pulled late has missed nothing', async (t) => {
  const engine = makeEngine(t, { max_output_size_bytes: 1024, log_dir: null });
  const id = await engine.execute(exec('seq', ['500000']));
  const lines = engine.lines(id);
  // The same work without a consumer runs to its end meanwhile.
  assert.equal((await engine.run(exec('seq', ['500000']))).status, 'completed');
  assert.equal(await engine.getStatus(id), 'running');
  let count = 0;
  for await (const { line } of lines) assert.equal(line, String(++count));
  assert.equal(count, 500_000);
});

test('an iterator that is never pulled does not hang its command', async (t) => {
  const engine = makeEngine(t, { max_output_size_bytes: 1024, log_dir: null });
  const id = await engine.execute(exec('seq', ['500000']));
  const forgotten = engine.lines(id);
  const result = await within(30_000, engine.waitForCompletion(id), 'a command whose iterator nobody pulls');
  assert.equal(result.status, 'completed');
  await assert.rejects(
    async () => {
      for await (const { stream } of forgotten) assert.equal(stream, 'stdout');
    },
    { code: 'OUTPUT_SIZE_EXCEEDED' },
  );
});

test('leaving the loop early lets the child go on', async (t) => {
  const engine = makeEngine(t, { max_output_size_bytes: 65_536, log_dir: null });
  const id = await engine.execute(shell('yes | head -c 2000000'));
  for await (const event of engine.events(id)) if (isLine(event)) break;
  const result = await within(8000, engine.waitForCompletion(id), 'an execution whose reader left');
  assert.equal(result.stdout_bytes, 2_000_000);
});

test('iterators left behind after their first line use nothing up once their executions have ended', async (t) => {
  const engine = makeEngine(t, { max_output_size_bytes: 1024, log_dir: null });
  // Each leaves 200 KB with an iterator; an engine holds 64 MiB of such text at most.
  const iterators = [];
  for (let i = 0; i < 400; i++) {
    const id = await engine.execute(exec('seq', ['35000'], { timeout_ms: 30_000 }));
    iterators.push(engine.lines(id));
    assert.equal((await iterators.at(-1).next()).value.line, '1');
    assert.equal((await engine.waitForCompletion(id)).status, 'completed', `execution ${i}`);
  }
  // What they have is still theirs.
  let lines = 1;
  while (!(await iterators[0].next()).done) lines++;
  assert.equal(lines, 35_000);
});

test('an iterator of an execution that is gone does not disturb the next one of its id', async (t) => {
  const engine = makeEngine(t, { max_output_size_bytes: 1024, log_dir: null });
  const id = '33333333-3333-4333-8333-333333333333';
  await engine.execute(exec('seq', ['35000'], { id }));
  const before = engine.lines(id);
  await before.next();
  await engine.waitForCompletion(id);
  await engine.removeExecution(id);
  const twoThenMany = "env printf 'a\\nb\\n'; read go; env printf 'c\\nd\\n'; read go; seq 1 500000";
  await engine.execute(shell(twoThenMany, { id, stdin: { type: 'pipe' }, timeout_ms: 60_000 }));
  const after = engine.lines(id);
  assert.equal((await after.next()).value.line, 'a');
  while (!(await before.next()).done);
  await engine.writeStdin(id, 'go\n');
  assert.equal((await after.next()).value.line, 'b');
  assert.equal((await after.next()).value.line, 'c');
  await engine.writeStdin(id, 'go\n');
  let lines = 3;
  while (!(await after.next()).done) lines++;
  assert.equal(lines, 500_004);
  assert.equal((await engine.waitForCompletion(id)).status, 'completed');
});

for (const [how, consume] of [
  [
    'an iterator',
    async (engine, id) => {
      for await (const event of engine.events(id)) if (isTerminal(event)) return;
    },
  ],
  [
    'a listener',
    async (engine, id) => {
      engine.on('stdout', JSON.stringify);
      await engine.waitForCompletion(id);
    },
  ],
])
  test(`a flood of short lines to ${how} leaves timers and signals their turns`, async (t) => {
    const engine = makeEngine(t, { max_output_size_bytes: 1024, log_dir: null });
    const abort = new AbortController();
    const id = await engine.execute(exec('yes', [''], { timeout_ms: 60_000 }), { signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    await consume(engine, id);
    assert.equal((await engine.getResult(id)).status, 'cancelled');
  });

test('global timers that keep what they are to call, as false ones do, stop nothing', async (t) => {
  const engine = makeEngine(t, { max_output_size_bytes: 1024, log_dir: null });
  let lines = 0;
  engine.on('stdout', () => lines++);
  const { queueMicrotask, setImmediate } = globalThis;
  const kept = [];
  const keep = (call) => kept.push(call);
  Object.assign(globalThis, { queueMicrotask: keep, setImmediate: keep });
  try {
    const { signal } = new AbortController();
    const run = engine.run(exec('seq', ['300000']), { signal });
    assert.equal((await within(20_000, run, 'a run under false timers')).status, 'completed');
  } finally {
    Object.assign(globalThis, { queueMicrotask, setImmediate });
    for (const call of kept) call();
  }
  assert.equal(lines, 300_000);
});
