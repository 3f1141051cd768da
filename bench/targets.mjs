// What the engine is held to. A ratio is taken within each round, between subjects that ran side by side; the median
// over the rounds decides. `floor` is what the same figure would be for the least that could do the job: a target below
// its floor cannot be met on that machine.

const first = (scenario, subject = 'engine') => ({ scenario, subject });

/** `ratio: [a, b]` is a divided by b; `value` is a figure by itself. `metric` is the scenario's own unless given. */
export const targets = [
  {
    text: 'JavaScript thread blocked per execute',
    ...first('block'),
    max: 25,
    unit: 'µs',
    floor: 'floor in an addon',
  },
  {
    text: '… child_process against that',
    scenario: 'block',
    ratio: ['child_process', 'engine'],
    min: 30,
    floor: ['child_process', 'floor in an addon'],
  },
  {
    text: '… in a host of 4 GiB, against a small host',
    scenario: 'block',
    ratio: ['engine, 4 GiB host', 'engine'],
    max: 1.5,
    floor: ['floor in an addon, 4 GiB host', 'floor in an addon'],
  },
  {
    text: '… in a host of 4 GiB, child_process against that',
    scenario: 'block',
    ratio: ['child_process, 4 GiB host', 'engine, 4 GiB host'],
    min: 4000,
    floor: ['child_process, 4 GiB host', 'floor in an addon, 4 GiB host'],
  },
  {
    text: 'start and wait, against the C floor',
    scenario: 'sequential',
    ratio: ['engine', 'floor'],
    max: 1.2,
    floor: ['floor in an addon', 'floor'],
  },
  { text: '… child_process against that', scenario: 'sequential', ratio: ['child_process', 'engine'], min: 1.9 },
  { text: '… execa against that', scenario: 'sequential', ratio: ['execa', 'engine'], min: 2.8 },
  {
    text: '1000 at 100 wide, rate against the C floor',
    scenario: 'wide',
    ratio: ['engine', 'floor'],
    min: 0.95,
    floor: ['floor in an addon', 'floor'],
  },
  { text: '… against Bun', scenario: 'wide', ratio: ['engine', 'bun'], min: 1.1 },
  { text: '… against child_process', scenario: 'wide', ratio: ['engine', 'child_process'], min: 3 },
  { text: '… against execa', scenario: 'wide', ratio: ['engine', 'execa'], min: 5.5 },
  {
    text: 'a million lines: thread busy, against a split by hand',
    scenario: 'lines',
    ratio: ['engine', 'child_process, split by hand'],
    max: 0.8,
    floor: ['floor in an addon', 'child_process, split by hand'],
  },
  {
    text: '… against readline',
    scenario: 'lines',
    ratio: ['engine', 'readline'],
    max: 0.5,
    floor: ['floor in an addon', 'readline'],
  },
  {
    text: '… wall time against the C floor',
    scenario: 'lines',
    metric: 'wall_ms',
    ratio: ['engine', 'floor'],
    max: 1.3,
    floor: ['floor in an addon', 'floor'],
  },
  {
    text: '… with logs, wall time against without',
    scenario: 'lines',
    metric: 'wall_ms',
    ratio: ['engine with logs', 'engine'],
    max: 1.25,
  },
  {
    text: 'for await over lines: execa against the engine',
    scenario: 'iterate',
    ratio: ['execa', 'engine'],
    min: 4,
    floor: ['execa', 'floor in JavaScript'],
  },
  {
    text: '100 children that talk: against Bun with a split by hand',
    scenario: 'children',
    ratio: ['engine', 'bun, split by hand'],
    max: 1.05,
    floor: ['engine that keeps 1 KB', 'bun, split by hand'],
  },
  { text: '… execa against the engine', scenario: 'children', ratio: ['execa', 'engine'], min: 3 },
  {
    text: '2 GiB not kept: rate against child_process data events',
    scenario: 'pipe',
    ratio: ['engine (truncate_with_warning, no events)', 'child_process (data events)'],
    min: 1.3,
    floor: ['floor', 'child_process (data events)'],
  },
  { text: 'a timeout of 100 ms is late by', ...first('timeout'), max: 1.5, unit: 'ms', floor: 'floor' },
  { text: 'a result kept, 1 KB of output', ...first('kept'), max: 2560, unit: 'bytes' },
  { text: '100,000 kept executions cleaned up', ...first('cleanup'), max: 100, unit: 'ms' },
  { text: '… an echo of a running command meanwhile', ...first('cleanup'), metric: 'longest_ms', max: 10, unit: 'ms' },
  {
    text: '10,000 commands with 50,000 dependencies: validated and scheduled',
    ...first('plan', 'engine, 10,000 commands'),
    max: 100,
    unit: 'ms',
  },
  { text: 'an engine created and closed', ...first('lifetime'), max: 300, unit: 'µs' },
];
