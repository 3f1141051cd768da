// Many finished executions kept: their memory, and what the next command costs beside them.

import { expectFact } from './helpers.mjs';
import { keepExecutions } from './kept.mjs';

const probes = 50;

export const scenario = {
  parameters: (size) => ({ ...size, engine: { config: { stream_output: false, enable_auto_cleanup: false } } }),
  check(facts, { executions }) {
    expectFact('executions kept', facts.kept, executions);
  },
};

export async function run(peer, { produce, executions }, { clocked }) {
  const { engine, bytes_each, kept } = await keepExecutions(peer.engineItself(), produce, executions);
  const { wall_ms } = await clocked(async () => {
    for (let i = 0; i < probes; i++) await engine.run({ command: { type: 'exec', program: '/bin/true' } });
  });
  return { values: { bytes_each, each_us: (wall_ms * 1000) / probes }, facts: { kept } };
}
