// How long it takes to forget many finished executions, and what a running one notices of it.

import { expectFact } from './helpers.mjs';
import { keepExecutions } from './kept.mjs';

export const scenario = {
  title: ({ executions }) => `${executions} kept executions cleaned up`,
  metric: 'wall_ms',
  unit: 'ms',
  also: ['longest_ms'],
  sizes: { full: { executions: 100_000 }, quick: { executions: 2000 }, smoke: { executions: 40 } },
  // Two minutes each, nearly all of them spent on what is to be cleaned up.
  mostRounds: { full: 3 },
  subjects: [{ peer: 'engine' }],
  parameters: (size) => ({
    ...size,
    engine: { config: { stream_output: false, enable_auto_cleanup: false, max_in_memory_executions: 1 } },
  }),
  check(facts, { executions }) {
    expectFact('executions kept', facts.kept, executions);
    expectFact('executions cleaned up', facts.gone, executions - 1);
    expectFact('bytes echoed meanwhile', facts.echoed, facts.asked);
  },
};

/** Does `work` while a running command is asked for one byte after another; the longest that one took to come back. */
async function besideEcho(engine, work) {
  const id = await engine.execute({ command: { type: 'exec', program: 'cat' }, stdin: { type: 'pipe' } });
  let asked = 0;
  const echo = async () => {
    const before = performance.now();
    asked++;
    await engine.writeStdin(id, 'x');
    while ((await engine.readOutput(id, 'stdout')).length < asked);
    return performance.now() - before;
  };
  await echo();
  let done = false;
  const working = work().finally(() => (done = true));
  let longest_ms = 0;
  while (!done) longest_ms = Math.max(longest_ms, await echo());
  const value = await working;
  await engine.closeStdin(id);
  const { stdout_bytes } = await engine.waitForCompletion(id);
  return { value, longest_ms, asked, echoed: stdout_bytes };
}

export async function run(peer, { produce, executions }, { clocked }) {
  const { engine, kept } = await keepExecutions(peer.engineItself(), produce, executions);
  const { value, longest_ms, asked, echoed } = await besideEcho(engine, () => clocked(() => engine.cleanup()));
  return { values: { wall_ms: value.wall_ms, longest_ms }, facts: { kept, gone: value.value, asked, echoed } };
}
