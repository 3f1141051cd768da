// No child and no engine: what one event object per line costs in JavaScript by itself. The bytes are there before the
// clock runs; text is made of them 64 KiB at a time, lines are cut, and each becomes an object with the members of a
// line event. A library that hands over such objects cannot be faster.

import { eventsOf } from './split.mjs';

const chunkBytes = 64 * 1024;
const digits = 10;

let bytes;

/** As `produce lines <count> <length>` writes them. */
export function open({ count, length }) {
  bytes = Buffer.alloc(count * length, 'x');
  for (let i = 0; i < count; i++) {
    bytes.latin1Write(String(i).padStart(digits, '0'), i * length);
    bytes[(i + 1) * length - 1] = 10;
  }
}

export async function eachLine(program, args, onLine) {
  let seq = 0;
  let open = '';
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const text = open + bytes.latin1Slice(at, Math.min(at + chunkBytes, bytes.length));
    let used;
    ({ seq, used } = eventsOf(text, program, seq, onLine));
    open = text.slice(used);
  }
  return { code: 0 };
}

/** An async iterator with one promise per line: what `for await` costs when every line is there already. */
export async function iterate(program, args, onLine) {
  const length = bytes.indexOf(10) + 1;
  const last = bytes.length / length;
  let next = 0;
  const lines = {
    [Symbol.asyncIterator]: () => lines,
    async next() {
      if (next === last) return { value: undefined, done: true };
      const line = bytes.latin1Slice(next * length, ++next * length - 1);
      return { value: { stream: 'stdout', line }, done: false };
    },
  };
  for await (const { line } of lines) onLine(line);
  return 0;
}
