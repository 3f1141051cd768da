// Many finished executions kept: their memory, and how much longer a command takes beside them than it took beside
// none, in the same process.

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
  const engine = peer.engineItself();
  const probe = async () => {
    const { wall_ms } = await clocked(async () => {
      for (let i = 0; i < probes; i++) {
        const { id } = await engine.run({ command: { type: 'exec', program: '/bin/true' } });
        await engine.removeExecution(id);
      }
    });
    return wall_ms;
  };
  await probe();
  const beside_none = await probe();
  const { bytes_each, kept } = await keepExecutions(engine, produce, executions);
  return { values: { bytes_each, slower: (await probe()) / beside_none }, facts: { kept } };
}
