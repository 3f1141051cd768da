// What a finished execution costs for as long as its result is kept.

import { readFileSync } from 'node:fs';

import { expectFact } from './helpers.mjs';

const outputBytes = 1024;

export const scenario = {
  title: 'A result kept, with 1 KB of output',
  metric: 'bytes_each',
  unit: 'bytes',
  sizes: { full: { executions: 20_000 }, quick: { executions: 4000 }, smoke: { executions: 40 } },
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

/** The slope over the second half: the first pays for what the process needs anyway. */
export async function keepExecutions(engine, produce, executions) {
  let bytes = 0;
  const more = async (count) => {
    for (let left = count; left > 0; left -= 100) {
      const batch = Array.from({ length: Math.min(left, 100) }, () =>
        engine.run({ command: { type: 'exec', program: produce, args: ['bytes', String(outputBytes)] } }),
      );
      for (const { stdout_bytes } of await Promise.all(batch)) bytes += stdout_bytes;
    }
  };
  await more(executions / 2);
  const before = await settledMemory();
  await more(executions / 2);
  const after = await settledMemory();
  const { total } = await engine.getStats();
  return { engine, bytes, kept: total, bytes_each: (after - before) / (executions / 2) };
}

export async function run(peer, { produce, executions }) {
  const { bytes, kept, bytes_each } = await keepExecutions(peer.engineItself(), produce, executions);
  return { values: { bytes_each }, facts: { kept, bytes } };
}
