// How fast output is taken when most of it is not kept.

import { expectFact } from './helpers.mjs';

const gib = 1024 ** 3;

export const scenario = {
  title: ({ bytes }) => `${Math.round(bytes / 1024 ** 2)} MiB of output, not kept`,
  metric: 'gb_per_second',
  also: ['busy_ms'],
  unit: 'GB/s',
  better: 'more',
  sizes: { full: { bytes: 2 * gib }, quick: { bytes: gib / 4 }, smoke: { bytes: 12_000_000 } },
  subjects: [
    { name: 'engine (truncate_with_warning, no events)', peer: 'engine' },
    { peer: 'floor' },
    { name: 'child_process (data events)', peer: 'child_process' },
    { peer: 'bun' },
    { peer: 'deno' },
    { peer: 'execa' },
  ],
  parameters: (size) => ({ ...size, engine: { config: { stream_output: false } } }),
  floor: ({ bytes }, { produce }) => [1, 1, 0, 0, produce, 'bytes', bytes],
  fromFloor: (report, { bytes }) => ({ gb_per_second: bytes / 1e6 / report.wall_ms }),
  check(facts, { bytes }, { isFloor }) {
    expectFact('bytes', facts.bytes, bytes);
    expectFact(isFloor ? 'bad exits' : 'exit code', isFloor ? facts.bad_exits : facts.code, 0);
    if (facts.truncated !== undefined) expectFact('truncated', facts.truncated, true);
  },
};

export async function run(peer, { produce, bytes }, { clocked }) {
  const { value, wall_ms, busy_ms } = await clocked(() => peer.drink(produce, ['bytes', String(bytes)]));
  return { values: { gb_per_second: bytes / 1e6 / wall_ms, busy_ms }, facts: value };
}
