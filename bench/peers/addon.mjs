// native/addon.c: the least that an addon can do. What is beyond that is an engine's own; below it no addon can be.

import { rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { eventsOf } from './split.mjs';

const { configure, run } = createRequire(import.meta.url)('../../out/bench/addon.node');

let log = '';

/** `promised`: each child gets what the engine promises. `logs`: the lines are written to a file too. */
export function open({ promised = false, logs = false }) {
  if (logs) log = join(tmpdir(), `bench-addon-${process.pid}.log`);
  configure(promised, log);
}

export function close() {
  if (log !== '') rmSync(log);
}

export function begin(program, args) {
  const ended = run([program, ...args]);
  return () => ended;
}

export async function capture(program, args) {
  return { code: await run([program, ...args]) };
}

export async function eachLine(program, args, onLine) {
  let seq = 0;
  const code = await run([program, ...args], (text) => {
    ({ seq } = eventsOf(text, program, seq, onLine));
  });
  return { code, logBytes: log === '' ? 0 : statSync(log).size };
}
