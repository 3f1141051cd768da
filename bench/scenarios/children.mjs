// A hundred children that all talk at once.

import { expectFact } from './helpers.mjs';

export const scenario = {
  title: ({ children, count, length }) => `${children} children x ${count} lines of ${length} bytes, at once`,
  metric: 'wall_ms',
  also: ['busy_ms'],
  unit: 'ms',
  sizes: {
    full: { children: 100, count: 10_000, length: 80 },
    quick: { children: 100, count: 2000, length: 80 },
    smoke: { children: 5, count: 100, length: 80 },
  },
  subjects: [
    { peer: 'engine' },
    // Of those compared here only the engine also keeps the output, 80 MB: what it takes without.
    { name: 'engine that keeps 1 KB', peer: 'engine', kept: 1024 },
    { peer: 'floor' },
    { name: 'bun, split by hand', peer: 'bun' },
    { name: 'deno, split by hand', peer: 'deno' },
    { name: 'child_process, split by hand', peer: 'child_process' },
    { peer: 'readline' },
    { peer: 'execa' },
  ],
  parameters: (size, { kept: max_output_size_bytes }) => ({
    ...size,
    engine: { config: { max_concurrent_executions: size.children, max_output_size_bytes } },
  }),
  floor: ({ children, count, length }, { produce }) => [children, children, 0, 1, produce, 'lines', count, length],
  fromFloor: (report) => ({ wall_ms: report.wall_ms }),
  check(facts, { children, count, length }, { isFloor }) {
    expectFact('lines', facts.lines, children * count);
    expectFact('bad exits', facts.bad_exits, 0);
    if (isFloor) expectFact('bytes', facts.bytes, children * count * length);
    else expectFact('characters', facts.characters, children * count * (length - 1));
  },
};

export async function run(peer, { produce, children, count, length }, { clocked }) {
  let lines = 0;
  let characters = 0;
  const onLine = (line) => {
    lines++;
    characters += line.length;
  };
  const args = ['lines', count, length].map(String);
  const eachAlone = () =>
    Promise.all(Array.from({ length: children }, async () => (await peer.eachLine(produce, args, onLine)).code));
  const { value, wall_ms, busy_ms } = await clocked(() =>
    peer.manyLines ? peer.manyLines(children, produce, args, onLine) : eachAlone(),
  );
  const bad_exits = value.filter((code) => code !== 0).length;
  return { values: { wall_ms, busy_ms }, facts: { lines, characters, bad_exits } };
}
