// What a finished execution costs for as long as its result is kept.

import { readFileSync } from 'node:fs';

import { expectFact } from './helpers.mjs';

const outputBytes = 1024;

export const scenario = {
  title: 'A result kept, with 1 KB of output',
  metric: 'bytes_each',
  unit: 'bytes',
  sizes: { full: { executions: 20_000 }, quick: { executions: 2000 }, smoke: { executions: 40 } },
  mostRounds: { full: 3 },
  subjects: [{ peer: 'engine' }],
  parameters: (size) => ({ ...size, engine: { config: { stream_output: false, enable_auto_cleanup: false } } }),
  check(facts, { executions }) {
    expectFact('executions kept', facts.kept, executions);
    expectFact('bytes of output', facts.bytes, executions * outputBytes);
  },
};

const residentBytes = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))[1]) * 1024;

async function settledMemory() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return residentBytes();
}

/** Runs so many commands; `then` gets the result of each. */
async function runMany(engine, produce, executions, then) {
  for (let left = executions; left > 0; left -= 100) {
    const batch = Array.from({ length: Math.min(left, 100) }, async () =>
      then(await engine.run({ command: { type: 'exec', program: produce, args: ['bytes', String(outputBytes)] } })),
    );
    await Promise.all(batch);
  }
}

/** What so many kept executions add to a process that has run as many already, and forgotten them. */
export async function keepExecutions(engine, produce, executions) {
  // JavaScript's own heap grows over the first ten thousand or so, whether results are kept or not.
  await runMany(engine, produce, Math.min(executions, 20_000), ({ id }) => engine.removeExecution(id));
  const before = await settledMemory();
  let bytes = 0;
  await runMany(engine, produce, executions, ({ stdout_bytes }) => (bytes += stdout_bytes));
  const after = await settledMemory();
  const { total } = await engine.getStats();
  return { engine, bytes, kept: total, bytes_each: (after - before) / executions };
}

export async function run(peer, { produce, executions }) {
  const { bytes, kept, bytes_each } = await keepExecutions(peer.engineItself(), produce, executions);
  return { values: { bytes_each }, facts: { kept, bytes } };
}
