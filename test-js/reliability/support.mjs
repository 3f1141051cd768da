// What the reliability tests share: hosts of their own, written inline, under limits of their own.

import { spawn } from 'node:child_process';

import { tempDir, watchHost } from '../support.mjs';

export const libraryUrl = new URL('../../lib/index.mjs', import.meta.url).href;

const prelude = `
import { ExecutionEngine } from ${JSON.stringify(libraryUrl)};
const makeEngine = (config = {}) =>
  new ExecutionEngine({ log_dir: null, kill_grace_period_ms: 300, enable_auto_cleanup: false, ...config });
const shell = (command, more = {}) => ({ command: { type: 'shell', command }, ...more });
const exec = (program, args = [], more = {}) => ({ command: { type: 'exec', program, args }, ...more });
const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
`;

/**
 * Starts a Node process that runs `code`, an ES module in which `makeEngine`, `shell`, `exec` and `delay` are there.
 * `before`: shell commands that run first in the same process, such as `ulimit -n 64`. Killed with the test.
 */
export function startModule(t, code, { before = ':', env = {}, nodeArgs = [] } = {}) {
  const args = ['--input-type=module', ...nodeArgs, '--eval', prelude + code];
  const child = spawn('bash', ['-c', `${before}; exec "$0" "$@"`, process.execPath, ...args], {
    cwd: tempDir(),
    env: { ...process.env, NODE_TEST_CONTEXT: '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return watchHost(t, child);
}

/** Runs it to its end; its one line of JSON on stdout, parsed. */
export async function runModule(t, code, options) {
  const host = startModule(t, code, options);
  const end = await host.ended;
  if (end.code !== 0) throw new Error(`the host ended with ${JSON.stringify(end)}:\n${host.stdout}\n${host.stderr}`);
  return JSON.parse(host.stdout);
}
