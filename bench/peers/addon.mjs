// native/addon.c: the least that an addon can do. What is beyond that is an engine's own; below it no addon can be.

import { createRequire } from 'node:module';

const { run } = createRequire(import.meta.url)('../../out/bench/addon.node');

export function begin(program, args) {
  const ended = run([program, ...args]);
  return () => ended;
}

export async function capture(program, args) {
  return { code: await run([program, ...args]) };
}

/** One event object per line, with the members that the engine's have. */
export async function eachLine(program, args, onLine) {
  let seq = 0;
  const code = await run([program, ...args], (text) => {
    const timestamp = new Date().toISOString();
    for (let from = 0; from <= text.length;) {
      const newline = text.indexOf('\n', from);
      const end = newline < 0 ? text.length : newline;
      const event = { event_type: 'stdout', execution_id: program, timestamp, line: text.slice(from, end), seq: ++seq };
      onLine(event.line);
      from = end + 1;
    }
  });
  return { code };
}
