import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const start = (program, args) => spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
const ended = (child) => new Promise((resolve) => child.on('close', resolve));

export async function eachLine(program, args, onLine) {
  const child = start(program, args);
  const lines = createInterface({ input: child.stdout, crlfDelay: Infinity });
  lines.on('line', onLine);
  const closed = new Promise((resolve) => lines.on('close', resolve));
  const code = await ended(child);
  await closed;
  return { code };
}

export async function iterate(program, args, onLine) {
  const child = start(program, args);
  const end = ended(child);
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) onLine(line);
  return end;
}
