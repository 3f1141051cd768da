// What the scenarios share. Runs in Node, Bun and Deno.

export const median = (values) => {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Memory that the host really uses, as an application would. */
export function touchedHost(bytes) {
  const piece = 256 * 1024 * 1024;
  const held = [];
  for (let left = bytes; left > 0; left -= piece) held.push(new Uint8Array(Math.min(left, piece)).fill(1));
  return held;
}

/** Throws what is wrong with a run, so that a wrong run never becomes a figure. */
export function expectFact(name, found, wanted) {
  if (found !== wanted) throw new Error(`${name} is ${found}, expected ${wanted}`);
}

/** The least that an addon can do: what is left for an engine that JavaScript calls and that never blocks it. */
export const addonFloor = { name: 'floor in an addon', peer: 'addon' };

/** The same, and each child gets what the engine promises: what is left for one that keeps the same promises. */
export const promisingFloor = { name: 'floor in an addon, as promised', peer: 'addon', promised: true };

/** One event object per line and nothing else, in JavaScript. */
export const javascriptFloor = { name: 'floor in JavaScript', peer: 'javascript' };

/** Counts lines and the characters in them; remembers the last. */
export function lineCounter() {
  const seen = { lines: 0, characters: 0, last: '' };
  const onLine = (line) => {
    seen.lines++;
    seen.characters += line.length;
    seen.last = line;
  };
  return { seen, onLine };
}

export function expectLines(facts, { count, length }) {
  expectFact('lines', facts.lines, count);
  expectFact('characters', facts.characters, count * (length - 1));
  expectFact('the last line’s number', Number.parseInt(facts.last, 10), count - 1);
}

/** Runs `work` `count` times, `width` at once. */
export async function pool(count, width, work) {
  let begun = 0;
  const lane = async () => {
    while (begun < count) {
      begun++;
      await work();
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}
