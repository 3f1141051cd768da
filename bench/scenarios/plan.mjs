// What a dependency graph costs beside its commands: read from JSON, checked, its programs looked up, scheduled. The
// core by itself (native/plan.cpp), with commands that end at once; processor time.

import { expectFact } from './helpers.mjs';

const dependencies = 5;
const variables = 40;

export const scenario = {
  title: `A plan validated and scheduled, ${dependencies} dependencies per command`,
  metric: 'total_ms',
  unit: 'ms',
  also: ['read_ms', 'parse_ms', 'resolve_ms', 'schedule_ms'],
  sizes: { full: { share: 1 }, quick: { share: 1 }, smoke: { share: 0.01 } },
  subjects: [1000, 10_000, 100_000].map((commands) => ({
    peer: 'core',
    name: `engine, ${commands.toLocaleString('en-US')} commands`,
    commands,
  })),
  parameters: ({ share }, { commands }) => ({ commands: commands * share }),
  core: ({ commands }) => [commands, dependencies, variables],
  check(facts, { commands }) {
    expectFact('commands resolved', facts.resolved, commands);
    expectFact('commands that ended', facts.ended, commands);
    expectFact('the plan is done', facts.done, true);
  },
};
