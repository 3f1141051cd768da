/* global Bun */
import { countBytes, splitStream } from './split.mjs';

const start = (program, args, more) =>
  Bun.spawn([program, ...args], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', ...more });

export function begin(program, args) {
  const child = start(program, args);
  return () => child.exited;
}

export async function capture(program, args) {
  const child = start(program, args);
  const [stdout, , code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, bytes: stdout.length };
}

export async function eachLine(program, args, onLine) {
  const child = start(program, args);
  await splitStream(child.stdout, onLine);
  return { code: await child.exited };
}

export async function drink(program, args) {
  const child = start(program, args);
  const bytes = await countBytes(child.stdout);
  return { code: await child.exited, bytes };
}

export async function timeOut(program, args, ms) {
  const child = start(program, args, { timeout: ms });
  await child.exited;
  return child.signalCode === 'SIGTERM';
}
