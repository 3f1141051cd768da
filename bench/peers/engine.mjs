import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ExecutionEngine } from '../../lib/index.mjs';

let engine;
let logDir;

/** Whoever starts many at once need not wait by himself. */
export const queuesItself = true;

/** `logs` writes logs; `config` goes to the engine on top of what every benchmark uses. */
export function open({ logs = false, config = {} }) {
  if (logs) logDir = mkdtempSync(join(tmpdir(), 'bench-logs-'));
  engine = new ExecutionEngine({
    log_dir: logs ? logDir : null,
    concurrency_policy: 'queue',
    max_queued_executions: 1_000_000,
    max_in_memory_executions: 1_000_000,
    ...config,
  });
}

/** The engine itself, for what no peer has. */
export const engineItself = () => engine;

export async function close() {
  await engine.close();
  if (logDir !== undefined) rmSync(logDir, { recursive: true });
}

const exec = (program, args, more) => ({ command: { type: 'exec', program, args }, ...more });

/** The call that is timed, and a promise of the exit code. */
export function begin(program, args) {
  const accepted = engine.execute(exec(program, args));
  return async () => (await engine.waitForCompletion(await accepted)).exit_code;
}

export async function capture(program, args) {
  const { exit_code, stdout_bytes } = await engine.run(exec(program, args));
  return { code: exit_code, bytes: stdout_bytes };
}

export async function eachLine(program, args, onLine) {
  const id = await engine.execute(exec(program, args));
  const listener = (event) => {
    if (event.execution_id === id) onLine(event.line);
  };
  engine.on('stdout', listener);
  const { exit_code, log_path } = await engine.waitForCompletion(id);
  engine.off('stdout', listener);
  return { code: exit_code, logBytes: log_path === null ? 0 : statSync(log_path).size };
}

/** One listener for all that runs, as a user of many commands has it. */
export async function manyLines(count, program, args, onLine) {
  engine.on('stdout', (event) => onLine(event.line));
  const results = await Promise.all(Array.from({ length: count }, () => engine.run(exec(program, args))));
  return results.map(({ exit_code }) => exit_code);
}

export async function iterate(program, args, onLine) {
  const id = await engine.execute(exec(program, args));
  for await (const { line } of engine.lines(id)) onLine(line);
  return (await engine.waitForCompletion(id)).exit_code;
}

export async function drink(program, args) {
  const { exit_code, stdout_bytes, output_truncated } = await engine.run(exec(program, args));
  return { code: exit_code, bytes: stdout_bytes, truncated: output_truncated };
}

export async function timeOut(program, args, ms) {
  const { status } = await engine.run(exec(program, args, { timeout_ms: ms }));
  return status === 'timeout';
}
