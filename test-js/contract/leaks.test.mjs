// Contract §9: nothing a user passes in leaks a descriptor, a zombie or a thread.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';

import { exec, fixture, holdings, makeEngine, marker, shell, tempFile, until } from '../support.mjs';

const isSoon = (fact) =>
  until(fact, 1000).then(
    () => true,
    () => false,
  );

/** Whether `work`, done once more, leaves this process holding what it held. */
async function holdsNoMore(work) {
  let before;
  let after;
  const noMore = () => {
    after = holdings();
    return after.fds <= before.fds && after.threads <= before.threads && after.children <= before.children;
  };
  // What is kept for good (a reserve of descriptors) may fill up in the first rounds; what leaks grows in all of them.
  await work();
  for (let round = 0; round < 4; round++) {
    await work();
    if (round === 0) before = holdings();
    else if (await isSoon(noMore)) return;
    else before = after;
  }
  assert.fail(
    `every round holds more than the one before: ${JSON.stringify(before)} and then ${JSON.stringify(after)}`,
  );
}

test('300 in a row', async (t) => {
  const engine = makeEngine(t);
  await holdsNoMore(async () => {
    for (let i = 0; i < 100; i++) await engine.run(exec('echo', ['x']));
  });
});

test('300 at 100 wide', async (t) => {
  const engine = makeEngine(t, { concurrency_policy: 'queue', max_concurrent_executions: 100 });
  await holdsNoMore(() => Promise.all(Array.from({ length: 100 }, () => engine.run(exec('echo', ['x'])))));
});

test('refused requests', async (t) => {
  const engine = makeEngine(t);
  const bad = [
    null,
    {},
    exec('no-such-program'),
    shell(''),
    exec('true', [], { working_dir: '/nowhere' }),
    exec('true', [], { stdin: { type: 'file', path: '/nowhere' } }),
    exec('true', [1]),
  ];
  await holdsNoMore(async () => {
    for (const request of bad) await assert.rejects(engine.run(request));
  });
});

test('failed starts', async (t) => {
  const engine = makeEngine(t, { max_concurrent_executions: 1, concurrency_policy: 'queue' });
  await holdsNoMore(async () => {
    const first = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    const tool = tempFile('tool', '#!/bin/sh\n', 0o755);
    const runs = Array.from({ length: 10 }, () => engine.run(exec(tool, [], { stdin: { type: 'pipe' } })));
    const failures = Promise.allSettled(runs);
    // The tenth is accepted, so all are.
    await engine.execute(exec('true'));
    rmSync(tool);
    await engine.closeStdin(first);
    assert.ok((await failures).every((each) => each.reason?.code === 'SPAWN_FAILED'));
  });
});

test('timeouts and cancellations of whole trees', async (t) => {
  const engine = makeEngine(t);
  const family = (more) => ({ command: { type: 'script', path: fixture('family.sh'), args: [marker()] }, ...more });
  await holdsNoMore(async () => {
    await Promise.all(Array.from({ length: 5 }, () => engine.run(family({ timeout_ms: 150 }))));
    const id = await engine.execute(family());
    await engine.cancel(id);
    await engine.waitForCompletion(id);
  });
});

test('stdin pipes that are never closed, and readers that leave', async (t) => {
  const engine = makeEngine(t);
  await holdsNoMore(async () => {
    const id = await engine.execute(shell('echo a; echo b', { stdin: { type: 'pipe' } }));
    for await (const line of engine.lines(id)) if (line.line === 'a') break;
    await engine.waitForCompletion(id);
  });
});

test('overflow files and output limits', async (t) => {
  const config = { max_output_size_bytes: 100, kill_grace_period_ms: 300 };
  const toFile = makeEngine(t, { ...config, oversized_output_strategy: 'stream_to_file' });
  const failing = makeEngine(t, { ...config, oversized_output_strategy: 'fail_execution' });
  await holdsNoMore(async () => {
    await toFile.run(shell('seq 1000; seq 1000 >&2'));
    await assert.rejects(failing.run(exec('yes')), { code: 'OUTPUT_SIZE_EXCEEDED' });
  });
});
