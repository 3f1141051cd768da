// Starts the command line tool as a person's shell would.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { tempDir, until, within } from '../support.mjs';

export const bin = fileURLToPath(new URL('../../bin/cloudops-exec.js', import.meta.url));

/**
 * Starts it, with the words `under` before it; what it says is in `stdout` and `stderr`, how it ended in `ended`.
 * Killed with the test.
 */
export function start(t, args, { env = {}, stdin = 'ignore', cwd, under = [] } = {}) {
  const logs = join(tempDir(), 'logs');
  const [program, ...words] = [...under, process.execPath, bin, ...args];
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, EXEC_LOG_DIR: logs, NO_COLOR: '1', FORCE_COLOR: '', NODE_TEST_CONTEXT: '', ...env },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const tool = { child, logs, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (tool.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (tool.stderr += text));
  tool.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  tool.says = (text, ms = 8000) =>
    until(() => `${tool.stdout}${tool.stderr}`.includes(text), ms, `the tool to say "${text}"`);
  return tool;
}

/** Runs it to its end. @returns {Promise<{ code, stdout, stderr, logs }>} */
export async function run(t, args, options = {}) {
  const tool = start(t, args, { ...options, stdin: options.input === undefined ? 'ignore' : 'pipe' });
  if (options.input !== undefined) tool.child.stdin.end(options.input);
  const code = await within(15_000, tool.ended, `cloudops-exec ${args.join(' ')}`);
  return { code, stdout: tool.stdout, stderr: tool.stderr, logs: tool.logs };
}

/** The objects of a text with one JSON per line. */
export const jsonLines = (text) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
