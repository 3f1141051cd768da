// Starts a sidecar and speaks to it line by line, without the help of any client.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { tempDir, until } from '../support.mjs';
import { bin } from '../cli/cli.mjs';

/** A sidecar with an engine that is quick to kill. */
export function startSidecar(t, { config = {}, command = [process.execPath, bin, 'sidecar'], initialize = true } = {}) {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    env: { ...process.env, EXEC_LOG_DIR: join(tempDir(), 'logs'), NODE_TEST_CONTEXT: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  const sidecar = { child, messages: [], ended: new Promise((resolve) => child.on('close', (code) => resolve(code))) };
  let open = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = (open + text).split('\n');
    open = lines.pop();
    for (const line of lines) sidecar.messages.push(JSON.parse(line));
  });
  sidecar.send = (message) => child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  let last = 0;
  sidecar.call = async (method, params) => {
    const id = `call-${++last}`;
    sidecar.send({ jsonrpc: '2.0', id, method, params });
    return until(() => sidecar.messages.find((message) => message.id === id), 8000, `an answer to ${method}`);
  };
  sidecar.events = () => sidecar.messages.filter(({ method }) => method === 'event').map(({ params }) => params.event);
  if (initialize) sidecar.call('initialize', { config: { kill_grace_period_ms: 300, ...config } }).catch(() => {});
  return sidecar;
}
