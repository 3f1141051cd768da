// The same million lines through `for await`.

import { expectFact, expectLines, javascriptFloor, lineCounter } from './helpers.mjs';

export const scenario = {
  title: ({ count, length }) => `${count} lines of ${length} bytes, for await`,
  metric: 'wall_ms',
  also: ['busy_ms'],
  unit: 'ms',
  sizes: {
    full: { count: 1_000_000, length: 80 },
    quick: { count: 100_000, length: 80 },
    smoke: { count: 1000, length: 80 },
  },
  subjects: [
    ...['engine', 'readline', 'tinyexec', 'nano_spawn', 'execa', 'zx'].map((peer) => ({ peer })),
    javascriptFloor,
  ],
  parameters: (size, { peer }) => (peer === 'javascript' ? { ...size, engine: size } : size),
  check(facts, parameters) {
    expectFact('exit code', facts.code, 0);
    expectLines(facts, parameters);
  },
};

export async function run(peer, { produce, count, length }, { clocked }) {
  const { seen, onLine } = lineCounter();
  const { value, wall_ms, busy_ms } = await clocked(() =>
    peer.iterate(produce, ['lines', count, length].map(String), onLine),
  );
  return { values: { busy_ms, wall_ms }, facts: { ...seen, code: value } };
}
