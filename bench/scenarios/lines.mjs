// A million lines, one call per line, with and without a log.

import { addonFloor, expectFact, expectLines, javascriptFloor, lineCounter } from './helpers.mjs';

export const scenario = {
  title: ({ count, length }) => `${count} lines of ${length} bytes, one call per line`,
  metric: 'busy_ms',
  also: ['wall_ms'],
  unit: 'ms',
  sizes: {
    full: { count: 1_000_000, length: 80 },
    quick: { count: 1_000_000, length: 80 },
    smoke: { count: 1000, length: 80 },
  },
  subjects: [
    { peer: 'engine' },
    { name: 'engine with logs', peer: 'engine', logs: true },
    { name: 'child_process, split by hand', peer: 'child_process' },
    { peer: 'readline' },
    { peer: 'bun' },
    { peer: 'deno' },
    { peer: 'floor' },
    javascriptFloor,
    addonFloor,
    { ...addonFloor, name: `${addonFloor.name} with logs`, logs: true },
  ],
  parameters: (size, { peer, logs = false }) => ({ ...size, engine: peer === 'javascript' ? size : { logs } }),
  floor: ({ count, length }, { produce }) => [1, 1, 0, 1, produce, 'lines', count, length],
  fromFloor: (report) => ({ wall_ms: report.wall_ms }),
  check(facts, parameters, { isFloor }) {
    if (isFloor) {
      expectFact('lines', facts.lines, parameters.count);
      expectFact('bytes', facts.bytes, parameters.count * parameters.length);
      expectFact('bad exits', facts.bad_exits, 0);
      return;
    }
    expectFact('exit code', facts.code, 0);
    expectLines(facts, parameters);
    if (parameters.engine.logs) expectFact('bytes in the log', facts.logBytes, parameters.count * parameters.length);
  },
};

export async function run(peer, { produce, count, length }, { clocked }) {
  const { seen, onLine } = lineCounter();
  const { value, wall_ms, busy_ms } = await clocked(() =>
    peer.eachLine(produce, ['lines', count, length].map(String), onLine),
  );
  return { values: { busy_ms, wall_ms }, facts: { ...seen, ...value } };
}
