// Contract §8: an execution settles on three facts: the process exited, its pipes are drained, the tree is empty.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import {
  exec,
  killAfter,
  makeEngine,
  marker,
  pidsOf,
  recordEvents,
  sanitized,
  tempDir,
  until,
  waitUntilPresent,
  wholeLines,
} from '../support.mjs';

const sh = (command, more) => exec('sh', ['-c', command], more);

test('a child left in the background does not hold the result back', async (t) => {
  const mark = killAfter(t, marker());
  const result = await makeEngine(t).run(sh(`sleep ${mark} & echo hi`));
  assert.ok(result.duration_ms < 1000, `${result.duration_ms} ms`);
  assert.deepEqual([result.status, result.exit_code, result.stdout], ['completed', 0, 'hi\n']);
  assert.equal(result.output_incomplete, true);
  assert.equal(pidsOf(mark).length, 1, 'what a command left behind by itself is left alone');
});

test('a daemon that holds no pipe is no reason to wait or to warn', async (t) => {
  const mark = killAfter(t, marker());
  const result = await makeEngine(t).run(sh(`setsid sleep ${mark} </dev/null >/dev/null 2>&1 & echo hi`));
  assert.ok(result.duration_ms < 1000, `${result.duration_ms} ms`);
  assert.deepEqual([result.stdout, result.output_incomplete], ['hi\n', false]);
  await waitUntilPresent(mark, 1);
});

test('a timeout takes parent and background child', async (t) => {
  const mark = killAfter(t, marker());
  const running = makeEngine(t).run(sh(`sleep ${mark} & sleep ${mark}`, { timeout_ms: 500 }));
  await waitUntilPresent(mark, 2);
  const result = await running;
  assert.equal(result.status, 'timeout');
  assert.deepEqual(pidsOf(mark), []);
  assert.equal(result.output_incomplete, false);
});

test('a child that closes its output and lives on is waited for', async (t) => {
  const engine = makeEngine(t);
  const dir = tempDir();
  const command = `echo bye; exec >&- 2>&-; : >closed; until [ -e go ]; do sleep 0.02; done; exit 7`;
  const id = await engine.execute(sh(command, { working_dir: dir }));
  await until(() => existsSync(join(dir, 'closed')), 3000, 'the child to close its output');
  // Another execution from start to end: the engine had time to see both ends of file.
  await engine.run(exec('true'));
  assert.equal(await engine.getStatus(id), 'running');
  writeFileSync(join(dir, 'go'), '');
  const result = await engine.waitForCompletion(id);
  assert.deepEqual([result.exit_code, result.stdout], [7, 'bye\n']);
});

test('what a grandchild writes soon after its parent ended is kept', async (t) => {
  const engine = makeEngine(t, { drain_grace_ms: 3000 });
  const events = recordEvents(engine);
  const result = await engine.run(sh('(sleep 0.2; echo late) & echo early'));
  assert.equal(result.stdout, 'early\nlate\n');
  assert.deepEqual(wholeLines(events, 'stdout'), ['early', 'late']);
  assert.equal(result.output_incomplete, false);
});

test('drain_grace_ms counts from the last byte, not from the exit', async (t) => {
  const mark = killAfter(t, marker());
  // Five ticks take longer than the grace, one does not, by far: a preloaded sanitizer delays each.
  const drain_grace_ms = sanitized ? 1600 : 400;
  const engine = makeEngine(t, { drain_grace_ms });
  const ticking = `for i in 1 2 3 4 5; do sleep ${drain_grace_ms / 2700}; echo $i; done; exec sleep ${mark}`;
  const result = await engine.run(sh(`(${ticking}) & exit 0`));
  assert.equal(result.stdout, '1\n2\n3\n4\n5\n');
  assert.equal(result.output_incomplete, true);
});

test('what was written before the exit is kept, also when a descendant holds the pipe', async (t) => {
  const mark = killAfter(t, marker());
  const result = await makeEngine(t).run(sh(`sleep ${mark} & head -c 3000000 /dev/zero | tr '\\0' x`));
  assert.equal(result.stdout_bytes, 3_000_000);
  assert.equal(result.stdout.length, 3_000_000);
  assert.equal(result.output_incomplete, true);
});

test('a cancel while draining ends it at once', async (t) => {
  const mark = killAfter(t, marker());
  const engine = makeEngine(t, { drain_grace_ms: 60_000 });
  const started = new Promise((resolve) => engine.once('stdout', resolve));
  const id = await engine.execute(sh(`sleep ${mark} & echo hi`));
  await started;
  await engine.cancel(id).catch((error) => assert.equal(error.code, 'NOT_RUNNING'));
  await engine.waitForCompletion(id);
  assert.deepEqual(pidsOf(mark), []);
});

test('a child that ends before anything could be read loses nothing', async (t) => {
  const engine = makeEngine(t, { log_dir: null });
  const results = await Promise.all(Array.from({ length: 80 }, (_, i) => engine.run(exec('printf', ['%s', `n${i}`]))));
  results.forEach((result, i) => assert.equal(result.stdout, `n${i}`));
});
