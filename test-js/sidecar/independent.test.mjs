// The sidecar driven by somebody else's JSON-RPC client: vscode-jsonrpc, which knows nothing of this package.

import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

import rpc from 'vscode-jsonrpc/node';

import { exec, shell } from '../support.mjs';
import { startSidecar } from './rpc.mjs';

/** Its messages as one JSON per line, instead of with the headers it would use by itself. */
class LineMessages extends rpc.AbstractMessageReader {
  constructor(stream) {
    super();
    this.lines = createInterface({ input: stream });
  }
  listen(callback) {
    this.lines.on('line', (line) => callback(JSON.parse(line)));
    this.lines.on('close', () => this.fireClose());
    return { dispose: () => this.lines.close() };
  }
}

class LineWriter extends rpc.AbstractMessageWriter {
  constructor(stream) {
    super();
    this.stream = stream;
  }
  async write(message) {
    this.stream.write(`${JSON.stringify(message)}\n`);
  }
  end() {
    this.stream.end();
  }
}

test('vscode-jsonrpc runs commands and a plan, hears the events and gets the errors', async (t) => {
  const { child } = startSidecar(t, { initialize: false });
  child.stdout.removeAllListeners('data');
  const connection = rpc.createMessageConnection(new LineMessages(child.stdout), new LineWriter(child.stdin));
  t.after(() => connection.dispose());
  const events = [];
  connection.onNotification('event', ({ event }) => events.push(event));
  connection.onNotification('accepted', () => {});
  connection.listen();

  assert.equal((await connection.sendRequest('initialize', { config: { log_dir: null } })).protocol, 1);
  const result = await connection.sendRequest('run', { request: shell('echo hello; exit 3') });
  assert.deepEqual([result.status, result.exit_code, result.stdout], ['failed', 3, 'hello\n']);
  assert.deepEqual(
    events.map((event) => event.event_type),
    ['started', 'stdout', 'failed'],
  );

  const plan = { description: 'x', strategy: { type: 'serial' }, commands: [exec('true'), exec('echo', ['end'])] };
  const planId = await connection.sendRequest('executePlan', { plan });
  assert.equal((await connection.sendRequest('waitForPlan', { plan_id: planId })).status, 'completed');

  await assert.rejects(connection.sendRequest('execute', { request: exec('') }), (error) => {
    assert.equal(error.code, -32000);
    assert.deepEqual(error.data, { code: 'VALIDATION', kind: 'INVALID_COMMAND', field: 'command.program' });
    return true;
  });
  await assert.rejects(connection.sendRequest('nope', {}), { code: rpc.ErrorCodes.MethodNotFound });
  await connection.sendRequest('close', { options: {} });
});
