// A sidecar that is not ours: what it answers must end in an error of the contract, not in a hang or a crash.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SidecarEngine } from 'cloudops-execution-engine/sidecar';

import { foreignTransport } from './foreign_transport.mjs';

test('an error that is none of the engine is INTERNAL, with the cause', async () => {
  const transport = foreignTransport(() => ({ error: { code: -32603, message: 'out of order' } }));
  const engine = new SidecarEngine({}, { transport });
  await assert.rejects(engine.getStats(), (error) => {
    assert.deepEqual([error.name, error.code, error.message], ['ExecutionError', 'INTERNAL', 'out of order']);
    return error.cause !== undefined;
  });
});
