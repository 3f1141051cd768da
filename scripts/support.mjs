// What the scripts share. No npm dependency: they run before `npm ci` does.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** True when the module was started by itself: `node scripts/x.mjs`. */
export const isMain = (url) =>
  process.argv[1] !== undefined && pathToFileURL(realpathSync(process.argv[1])).href === url;

/** A failure that is told in one sentence, without a stack trace. */
export class Failure extends Error {}

/** Runs a script's main function; a Failure ends the process with exit code 1 and its sentence. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}

/** Looks a program up in PATH. */
export function findProgram(name) {
  if (name.includes('/')) return existsSync(name) ? name : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Runs a program to its end and returns what it said; for quick questions. */
export function ask(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  return { ok: status === 0, status, stdout: stdout ?? '', stderr: stderr ?? String(error ?? '') };
}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** One step with its name and how long it took, so that a long silence has an explanation. */
export async function step(name, run) {
  const start = performance.now();
  console.log(`• ${name}`);
  const value = await run();
  console.log(`  done in ${seconds(start)}`);
  return value;
}

/**
 * Runs a program, shows the lines that `show` lets through and keeps all of them.
 * On a terminal, the other lines appear as one line that overwrites itself.
 */
export function stream(program, args, { show = () => true, cwd = root, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const terminal = process.stdout.isTTY;
    let text = '';
    let open = '';
    const clear = () => terminal && process.stdout.write('\r\x1b[K');
    const take = (chunk) => {
      text += chunk;
      const lines = (open + chunk).split('\n');
      open = lines.pop();
      for (const line of lines) {
        clear();
        if (show(line)) console.log(`  ${line}`);
        else if (terminal) process.stdout.write(`  ${line}`.slice(0, (process.stdout.columns ?? 80) - 1));
      }
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clear();
      if (open !== '' && show(open)) console.log(`  ${open}`);
      resolve({ ok: code === 0, code, signal, text });
    });
  });
}
