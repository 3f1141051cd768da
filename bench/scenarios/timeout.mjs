// How late a command that must end after 100 ms has ended.

import { expectFact, median } from './helpers.mjs';

const subjects = ['engine', 'floor', 'bun', 'deno', 'child_process', 'tinyexec', 'nano_spawn', 'execa', 'zx'];
const limit = 100;

export const scenario = {
  title: 'A timeout of 100 ms: settled late by',
  metric: 'late_ms',
  unit: 'ms',
  sizes: { full: { runs: 15 }, quick: { runs: 3 }, smoke: { runs: 1 } },
  subjects: subjects.map((peer) => ({ peer })),
  floor: ({ runs }) => ['timeout', runs, limit, '/bin/sleep', '10'],
  fromFloor: (report) => ({ late_ms: report.late_ms }),
  check(facts, { runs }, { isFloor }) {
    if (isFloor) {
      expectFact('runs', facts.runs, runs);
      expectFact('ended by themselves', facts.bad_exits, 0);
      return;
    }
    expectFact('timed out', facts.timed_out, runs);
    expectFact('settled before its time', facts.early, 0);
  },
};

export async function run(peer, { runs }) {
  const late = [];
  let timed_out = 0;
  // Once to warm up; it ends by itself.
  await peer.timeOut('/bin/true', [], 10_000);
  for (let i = 0; i < runs; i++) {
    const before = performance.now();
    if (await peer.timeOut('/bin/sleep', ['10'], limit)) timed_out++;
    late.push(performance.now() - before - limit);
  }
  // A timer may fire up to a millisecond before its time.
  const early = late.filter((ms) => ms < -1).length;
  return { values: { late_ms: median(late) }, facts: { timed_out, early } };
}
