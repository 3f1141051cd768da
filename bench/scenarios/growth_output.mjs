// One command whose whole output is captured.

import { expectFact } from './helpers.mjs';

export const scenario = {
  parameters: (size) => ({ ...size, engine: { config: { max_output_size_bytes: 2 * size.bytes } } }),
  check(facts, { bytes, runs }) {
    expectFact('bytes', facts.bytes, bytes * runs);
    expectFact('bad exits', facts.bad_exits, 0);
  },
};

export async function run(peer, { produce, bytes, runs }, { clocked }) {
  let total = 0;
  let bad_exits = 0;
  await peer.capture('/bin/true', []);
  const { wall_ms } = await clocked(async () => {
    for (let i = 0; i < runs; i++) {
      const seen = await peer.capture(produce, ['bytes', String(bytes)]);
      total += seen.bytes;
      if (seen.code !== 0) bad_exits++;
    }
  });
  return { values: { each_ms: wall_ms / runs }, facts: { bytes: total, bad_exits } };
}
