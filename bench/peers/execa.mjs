import { newestUsable } from '../versions.mjs';

const { execa } = await import(newestUsable('execa'));

const quiet = { stdin: 'ignore', reject: false };

export function begin(program, args) {
  const running = execa(program, args, quiet);
  return async () => (await running).exitCode;
}

export async function capture(program, args) {
  const { exitCode, stdout } = await execa(program, args, quiet);
  return { code: exitCode, bytes: stdout.length };
}

export async function iterate(program, args, onLine) {
  // Without its own buffer: it would only be slower.
  const running = execa(program, args, { ...quiet, buffer: false });
  for await (const line of running) onLine(line);
  return (await running).exitCode;
}

export const eachLine = async (program, args, onLine) => ({ code: await iterate(program, args, onLine) });

export async function drink(program, args) {
  const running = execa(program, args, { ...quiet, buffer: false, encoding: 'buffer' });
  let bytes = 0;
  running.stdout.on('data', (chunk) => (bytes += chunk.length));
  return { code: (await running).exitCode, bytes };
}

export async function timeOut(program, args, ms) {
  return (await execa(program, args, { ...quiet, timeout: ms })).timedOut;
}
