// A sidecar that is not ours: what it answers must end in an error of the contract, not in a hang or a crash.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SidecarEngine } from 'cloudops-execution-engine/sidecar';

/** Greets like a sidecar, then answers every call with `answer(id)`. */
function foreignTransport(answer) {
  let receive;
  return {
    start({ line }) {
      receive = line;
    },
    send(text) {
      const { id, method } = JSON.parse(text);
      if (id === undefined) return;
      const reply = method === 'initialize' ? { result: { version: '0', protocol: 1, pid: 0 } } : answer(id);
      receive(JSON.stringify({ jsonrpc: '2.0', id, ...reply }));
    },
    close() {},
  };
}

test('an error that is none of the engine is INTERNAL, with the cause', async () => {
  const transport = foreignTransport(() => ({ error: { code: -32603, message: 'out of order' } }));
  const engine = new SidecarEngine({}, { transport });
  await assert.rejects(engine.getStats(), (error) => {
    assert.deepEqual([error.name, error.code, error.message], ['ExecutionError', 'INTERNAL', 'out of order']);
    return error.cause !== undefined;
  });
});
