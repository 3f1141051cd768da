// Hosts in a pid namespace of their own that kept the /proc of the one outside: its numbers are other processes'.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readlinkSync, realpathSync } from 'node:fs';
import { test } from 'node:test';

import { killAfter, marker, pidsOf, until, waitUntilGone, within } from '../support.mjs';
import { runModule, startModule } from './support.mjs';

const namespace = 'unshare --pid --fork';
/** A first process that stays when its only child, the host, has ended; with it all others would end. */
const inNamespace = `exec ${namespace} bash -c 'trap "" TERM; "$0" "$@"; code=$?; read -t 20 rest; exit $code' "$0" "$@"`;

function whyNot() {
  try {
    execFileSync('/bin/sh', ['-c', `${namespace} true`], { stdio: 'pipe' });
    return false;
  } catch (error) {
    return `no pid namespace can be made here: ${String(error.stderr).trim()}`;
  }
}
const skip = whyNot();

/** Runs a command there until its time is over; its status, and the survivors. */
function timeOut(t, command, before) {
  const code = `
    const engine = makeEngine();
    const result = await engine.run(shell(${JSON.stringify(command)}, { timeout_ms: 300 }));
    console.log(JSON.stringify([result.status, result.termination.survivors]));
    process.stdin.destroy();`;
  return runModule(t, code, { before });
}

test('a timeout ends the group and does not wait for strangers', { skip }, async (t) => {
  const mark = killAfter(t, marker());
  const host = timeOut(t, `trap "" TERM; sleep ${mark} & sleep ${mark}`, inNamespace.replace('read -t 20 rest; ', ''));
  assert.deepEqual(await within(20_000, host, 'the host'), ['timeout', []]);
  await waitUntilGone(mark);
});

test('what ignores SIGTERM does not outlive the leader that heeds it', { skip }, async (t) => {
  const mark = killAfter(t, marker());
  const host = timeOut(t, `(trap "" TERM; exec sleep ${mark}) & wait`, inNamespace.replace('-t 20', '-t 3'));
  await until(() => pidsOf(`sleep\0${mark}`).length > 0, 5000, 'the sleeper');
  await until(() => pidsOf(`sleep\0${mark}`).length === 0, 2500, 'its end');
  assert.deepEqual(await within(20_000, host, 'the host'), ['timeout', []]);
});

test('SIGKILL of the host ends the group', { skip }, async (t) => {
  const mark = killAfter(t, marker());
  startModule(t, `await makeEngine().execute(shell('sleep ${mark} & sleep ${mark}'));`, { before: inNamespace });
  const sleepers = () => pidsOf(`sleep\0${mark}`);
  await until(() => sleepers().length === 2, 5000, 'two sleepers');
  // Its code has the mark, and its number here is not the one that it has there.
  const [node] = pidsOf(mark).filter((pid) => readlinkSync(`/proc/${pid}/exe`) === realpathSync(process.execPath));
  process.kill(node, 'SIGKILL');
  await until(() => sleepers().length === 0, 3000, 'the end of the group');
});
