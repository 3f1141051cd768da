// Start, wait, next: what one short command costs, with its output captured.

import { addonFloor, expectFact, promisingFloor } from './helpers.mjs';

const subjects = ['engine', 'floor', 'bun', 'deno', 'child_process', 'tinyexec', 'nano_spawn', 'execa', 'zx'];

export const scenario = {
  title: 'Start /bin/true and wait, one after another',
  metric: 'each_us',
  also: ['busy_ms'],
  unit: 'µs',
  sizes: { full: { runs: 500 }, quick: { runs: 50 }, smoke: { runs: 3 } },
  subjects: [...subjects.map((peer) => ({ peer })), addonFloor, promisingFloor],
  parameters: (size, { promised }) => ({ ...size, engine: { promised } }),
  floor: ({ runs }) => [runs, 1, 0, 0, '/bin/true'],
  fromFloor: (report, { runs }) => ({ each_us: (report.wall_ms * 1000) / runs }),
  check(facts, { runs }) {
    expectFact('runs', facts.runs, runs);
    expectFact('bad exits', facts.bad_exits, 0);
  },
};

export async function run(peer, { runs }, { clocked }) {
  let bad_exits = 0;
  const once = async () => {
    const { code } = await peer.capture('/bin/true', []);
    if (code !== 0) bad_exits++;
  };
  await once();
  const { wall_ms, busy_ms } = await clocked(async () => {
    for (let i = 0; i < runs; i++) await once();
  });
  return { values: { each_us: (wall_ms * 1000) / runs, busy_ms: busy_ms / runs }, facts: { runs, bad_exits } };
}
