/* global Deno */
import { countBytes, splitStream } from './split.mjs';

const start = (program, args, more) =>
  new Deno.Command(program, { args, stdin: 'null', stdout: 'piped', stderr: 'piped', ...more }).spawn();

/** Deno wants both streams of a child used up or cancelled. */
async function exitCode(child) {
  await child.stderr.cancel();
  return (await child.status).code;
}

export function begin(program, args) {
  const child = start(program, args);
  return async () => {
    await child.stdout.cancel();
    return exitCode(child);
  };
}

export async function capture(program, args) {
  const { code, stdout } = await start(program, args).output();
  return { code, bytes: stdout.length };
}

export async function eachLine(program, args, onLine) {
  const child = start(program, args);
  await splitStream(child.stdout, onLine);
  return { code: await exitCode(child) };
}

export async function drink(program, args) {
  const child = start(program, args);
  const bytes = await countBytes(child.stdout);
  return { code: await exitCode(child), bytes };
}

export async function timeOut(program, args, ms) {
  const { signal } = await start(program, args, { signal: AbortSignal.timeout(ms) }).output();
  return signal === 'SIGTERM';
}
