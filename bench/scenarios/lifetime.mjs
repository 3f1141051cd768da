// An engine made and closed again.

import { ExecutionEngine } from '../../lib/index.mjs';
import { expectFact, median } from './helpers.mjs';

export const scenario = {
  title: 'An engine created and closed',
  metric: 'each_us',
  unit: 'µs',
  sizes: { full: { engines: 200 }, quick: { engines: 50 }, smoke: { engines: 3 } },
  subjects: [{ peer: 'engine' }],
  check(facts, { engines }) {
    expectFact('engines', facts.engines, engines);
    expectFact('closed engines that still answer', facts.open, 0);
  },
};

export async function run(_peer, { engines }) {
  const each = [];
  let open = 0;
  for (let i = 0; i < engines; i++) {
    const before = performance.now();
    const engine = new ExecutionEngine({ log_dir: null });
    await engine.close();
    each.push((performance.now() - before) * 1000);
    const refused = await engine.execute({ command: { type: 'exec', program: '/bin/true' } }).then(
      () => false,
      ({ code }) => code === 'ENGINE_CLOSED',
    );
    if (!refused) open++;
  }
  return { values: { each_us: median(each) }, facts: { engines: each.length, open } };
}
