// Many short commands, a hundred at a time. The engine queues by itself; the others get a pool of promises.

import { addonFloor, expectFact, pool } from './helpers.mjs';

const subjects = ['engine', 'floor', 'bun', 'deno', 'child_process', 'tinyexec', 'nano_spawn', 'execa'];

export const scenario = {
  title: ({ runs, width }) => `${runs} x /bin/true, ${width} at once`,
  metric: 'per_second',
  unit: '1/s',
  better: 'more',
  sizes: { full: { runs: 1000, width: 100 }, quick: { runs: 200, width: 100 }, smoke: { runs: 20, width: 10 } },
  subjects: [...subjects.map((peer) => ({ peer })), addonFloor],
  parameters: (size) => ({ ...size, engine: { config: { max_concurrent_executions: size.width } } }),
  floor: ({ runs, width }) => [runs, width, 0, 0, '/bin/true'],
  fromFloor: (report, { runs }) => ({ per_second: (runs * 1000) / report.wall_ms }),
  check(facts, { runs }) {
    expectFact('runs', facts.runs, runs);
    expectFact('bad exits', facts.bad_exits, 0);
  },
};

export async function run(peer, { runs, width }, { clocked }) {
  let ended = 0;
  let bad_exits = 0;
  const once = async () => {
    const { code } = await peer.capture('/bin/true', []);
    ended++;
    if (code !== 0) bad_exits++;
  };
  await once();
  const { wall_ms } = await clocked(() => pool(runs, peer.queuesItself ? runs : width, once));
  return { values: { per_second: (runs * 1000) / wall_ms }, facts: { runs: ended - 1, bad_exits } };
}
