// How long one start keeps the JavaScript thread from doing anything else, and whether that grows with the host.

import { addonFloor, expectFact, median, touchedHost } from './helpers.mjs';

const small = 0;
const large = 4 * 1024 ** 3;

export const scenario = {
  title: 'JavaScript thread blocked per start',
  metric: 'blocked_us',
  unit: 'µs',
  logarithmic: true,
  sizes: {
    full: { starts: 200, slow_starts: 20, large },
    quick: { starts: 50, slow_starts: 3, large },
    smoke: { starts: 3, slow_starts: 2, large: 64 * 1024 ** 2 },
  },
  // Each round fills 4 GiB five times.
  mostRounds: { quick: 1 },
  subjects: [
    ...['engine', 'child_process', 'execa', 'bun', 'deno', 'floor'].map((peer) => ({ peer, host: small })),
    { ...addonFloor, host: small },
    ...['engine', 'child_process', 'bun', 'floor'].map((peer) => ({
      name: `${peer}, 4 GiB host`,
      peer,
      host: large,
    })),
    { name: `${addonFloor.name}, 4 GiB host`, peer: addonFloor.peer, host: large },
  ],
  parameters: (size, { peer, host }) => ({
    starts: host > 0 && peer === 'child_process' ? size.slow_starts : size.starts,
    host: host > 0 ? size.large : 0,
  }),
  floor: ({ starts, host }) => [starts, 1, host, 0, '/bin/true'],
  fromFloor: (report) => ({ blocked_us: report.blocked_us }),
  check(facts, { starts }) {
    expectFact('starts', facts.runs, starts);
    expectFact('bad exits', facts.bad_exits, 0);
  },
};

export async function run(peer, { starts, host }) {
  const held = touchedHost(host);
  const blocked = [];
  let bad_exits = 0;
  // One before the clock runs: what is done once (threads, files) is not a start's price.
  await peer.begin('/bin/true', [])();
  for (let i = 0; i < starts; i++) {
    const before = performance.now();
    const exitCode = peer.begin('/bin/true', []);
    blocked.push((performance.now() - before) * 1000);
    if ((await exitCode()) !== 0) bad_exits++;
  }
  return { values: { blocked_us: median(blocked) }, facts: { runs: blocked.length, bad_exits, pieces: held.length } };
}
