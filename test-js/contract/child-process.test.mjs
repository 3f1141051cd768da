// Contract §8: the host's own child_process and the engine do not disturb each other.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';

import { exec, killAfter, makeEngine, marker, sanitized, within } from '../support.mjs';

const count = sanitized ? 100 : 500;
const width = 10;

/** Runs `job(0..count-1)`, `width` at a time. */
async function pool(job) {
  let next = 0;
  const lane = async () => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/** `echo n` through child_process; resolves with its output once it exited and its pipes are closed. */
function hostEcho(n) {
  return new Promise((resolve, reject) => {
    const child = spawn('echo', [String(n)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.on('error', reject);
    child.on('close', (code) => resolve(`${code} ${output}`));
  });
}

test(`both start ${count} at once: every exit is seen, and nobody holds a pipe of the other`, async (t) => {
  const engine = makeEngine(t, { log_dir: null });
  const mark = killAfter(t, marker());
  const sleepers = [];
  let wrong = 0;

  // A sleeper that inherited a pipe of the other side would keep that pipe open and the other side waiting.
  const hostSide = pool(async (n) => {
    if (n % 50 === 0) sleepers.push(spawn('sleep', [mark]));
    if ((await hostEcho(n)) !== `0 ${n}\n`) wrong++;
  });
  const engineSide = pool(async (n) => {
    if (n % 50 === 0) await engine.execute(exec('sleep', [mark]));
    const result = await engine.run(exec('echo', [String(n)]));
    if (result.stdout !== `${n}\n` || !result.success || result.output_incomplete) wrong++;
  });

  await within(20_000, Promise.all([hostSide, engineSide]), 'both sides');
  assert.equal(wrong, 0);
  const ended = Promise.all(sleepers.map((child) => new Promise((resolve) => child.on('close', resolve))));
  for (const child of sleepers) child.kill();
  await within(3000, ended, 'the sleepers of child_process');
});

test('the host still reaps its own children, and its SIGCHLD listeners still hear', async (t) => {
  const engine = makeEngine(t);
  const heard = new Promise((resolve) => process.once('SIGCHLD', resolve));
  const [ours, theirs] = await Promise.all([engine.run(exec('true')), hostEcho(1)]);
  assert.deepEqual([ours.exit_code, theirs], [0, '0 1\n']);
  assert.equal(await within(2000, heard, 'SIGCHLD'), 'SIGCHLD');
});
