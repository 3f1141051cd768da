// The pipes of a SidecarEngine to its process.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { collectWarnings, within } from '../support.mjs';

const { SpawnTransport } = createRequire(import.meta.url)('../../client/spawn_transport.js');

async function transportTo(t, command) {
  const transport = new SpawnTransport(command);
  transport.ref();
  await transport.start({ line() {}, end() {} });
  t.after(() => transport.close());
  return transport;
}

test('who writes faster than the other side reads waits, the second time as the first', async (t) => {
  const transport = await transportTo(t, ['sh', '-c', 'head -c 400001 >/dev/null; exec sleep 1000']);
  await within(3000, transport.send('x'.repeat(400_000)), 'the first');
  let taken = false;
  transport.send('x'.repeat(4_000_000)).then(() => (taken = true));
  for (let i = 0; i < 10; i++) await turn();
  assert.equal(taken, false);
});

test('to send much costs no listeners', async (t) => {
  const warnings = collectWarnings(t);
  const transport = await transportTo(t, ['cat']);
  for (let i = 0; i < 15; i++) await transport.send('x'.repeat(1_000_000));
  assert.deepEqual(warnings, []);
});
