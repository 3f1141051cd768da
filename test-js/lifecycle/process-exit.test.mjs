// Contract §4, §8: engines and the end of the process that holds them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hostSays, killAfter, marker, startHost, waitUntilGone, waitUntilPresent, within } from '../support.mjs';

/** The family of test-js/fixtures/family.sh: the script and four children. */
const familySize = 5;

test('an idle engine does not keep the process alive', async (t) => {
  const host = startHost(t, 'idle');
  assert.deepEqual(await within(8000, host.ended, 'the end of an idle host'), { code: 0, signal: null }, host.stderr);
});

test('a running execution does, and its result is delivered', async (t) => {
  const host = startHost(t, 'running');
  assert.deepEqual(await within(8000, host.ended, 'the end of the host'), { code: 0, signal: null }, host.stderr);
  assert.equal(host.stdout, 'got late\n');
});

test('a running execution does, also if the end of its id’s first use is told late', async (t) => {
  const host = startHost(t, 'reusing');
  assert.deepEqual(await within(8000, host.ended, 'the end of the host'), { code: 0, signal: null }, host.stderr);
  assert.equal(host.stdout, 'late\n');
});

test('process.exit takes a running tree along', async (t) => {
  const mark = killAfter(t, marker());
  const host = startHost(t, 'exit', { mark });
  const { code } = await within(8000, host.ended, 'process.exit');
  assert.equal(code, 7, host.stderr);
  await waitUntilGone(mark, 1000);
});

test('an uncaught exception takes a running tree along', async (t) => {
  const mark = killAfter(t, marker());
  const host = startHost(t, 'uncaught', { mark });
  const { code } = await within(8000, host.ended, 'the crash');
  assert.equal(code, 1);
  assert.match(host.stderr, /on purpose/);
  await waitUntilGone(mark, 1000);
});

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSEGV']) {
  test(`${signal} of the host: its trees are dead within a second`, async (t) => {
    const mark = killAfter(t, marker());
    const host = startHost(t, 'hang', { mark });
    await hostSays(host, 'ready');
    await waitUntilPresent(mark, familySize);
    host.child.kill(signal);
    await waitUntilGone(mark, 1000);
  });
}

test('SIGKILL of a host whose engine lives in a worker', async (t) => {
  const mark = killAfter(t, marker());
  const host = startHost(t, 'worker_hang', { mark });
  await hostSays(host, 'ready');
  await waitUntilPresent(mark, familySize);
  host.child.kill('SIGKILL');
  await waitUntilGone(mark, 1000);
});
