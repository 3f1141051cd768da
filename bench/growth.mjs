// How cost grows: each series is one question, measured at sizes that double or grow tenfold.

import { runOnce } from './one_run.mjs';
import { figure } from './table.mjs';
import { scenario as block } from './scenarios/block.mjs';
import { scenario as kept } from './scenarios/growth_kept.mjs';
import { scenario as output } from './scenarios/growth_output.mjs';
import { median } from './scenarios/helpers.mjs';
import { scenario as wide } from './scenarios/wide.mjs';

const mib = 1024 ** 2;

/** `at(x)` is the size that a scenario gets; `y` its figure, and `smoke` the sizes that only show that it works. */
const series = [
  {
    title: 'Commands at once',
    xTitle: 'at once',
    yTitle: 'µs per command',
    name: 'wide',
    scenario: wide,
    subjects: ['engine', 'floor', 'child_process', 'bun'].map((peer) => ({ peer })),
    xs: { full: [1, 3, 10, 30, 100, 300, 1000], quick: [1, 10, 100, 1000], smoke: [1, 5] },
    at: (width, size) => ({ width, runs: size === 'smoke' ? 10 : Math.max(300, width) }),
    y: ({ per_second }) => 1e6 / per_second,
  },
  {
    title: 'Output captured',
    xTitle: 'bytes of output',
    yTitle: 'ms per command',
    name: 'growth_output',
    scenario: output,
    subjects: ['engine', 'child_process', 'bun'].map((peer) => ({ peer })),
    xs: { full: [1, 2, 3, 4, 5, 6, 7, 8].map((power) => 10 ** power), quick: [10, 1e4, 1e6, 1e8], smoke: [10, 1e5] },
    at: (bytes) => ({ bytes, runs: bytes > 1e6 ? 3 : 20 }),
    y: ({ each_ms }) => each_ms,
  },
  {
    title: 'Memory that the host has touched',
    xTitle: 'MiB touched',
    yTitle: 'µs blocked per start',
    name: 'block',
    scenario: block,
    subjects: ['engine', 'child_process', 'bun'].map((peer) => ({ peer, host: 1 })),
    xs: { full: [50, 100, 250, 500, 1000, 2000, 4000, 8000], quick: [50, 500, 2000], smoke: [50, 100] },
    at: (size, kind) => ({ starts: kind === 'full' ? 100 : 10, slow_starts: 10, large: size * mib }),
    y: ({ blocked_us }) => blocked_us,
  },
  {
    title: 'Executions kept',
    xTitle: 'executions kept',
    yTitle: 'bytes resident each',
    name: 'growth_kept',
    scenario: kept,
    subjects: [{ peer: 'engine' }],
    xs: { full: [1000, 3000, 10_000, 30_000, 100_000], quick: [300, 1000, 3000], smoke: [20, 40] },
    at: (executions) => ({ executions }),
    y: ({ bytes_each }) => bytes_each,
    // The same runs answer how long a start takes beside so many.
    second: {
      title: 'A command beside them, against one beside none',
      yTitle: 'times as long',
      y: ({ slower }) => slower,
    },
  },
];

export async function measureGrowth({ size, rounds, programs, progress }) {
  const found = [];
  for (const one of series) {
    const { points, secondPoints } = await measureOne(one, { size, rounds: Math.min(rounds, 3), programs, progress });
    const { title, xTitle, yTitle, second } = one;
    found.push({ title, xTitle, yTitle, points });
    if (second) found.push({ title: second.title, xTitle, yTitle: second.yTitle, points: secondPoints });
  }
  progress('');
  for (const { title, yTitle, points } of found) {
    console.log(`\n${title} (${yTitle})`);
    for (const { subject, x, y } of points)
      console.log(`  ${subject.padEnd(14)} ${figure(x).padStart(12)}  ${figure(y)}`);
  }
  return found;
}

async function measureOne({ name, scenario, subjects, xs, at, y, second }, { size, rounds, programs, progress }) {
  const points = [];
  const secondPoints = [];
  for (const x of xs[size]) {
    const values = Object.fromEntries(subjects.map(({ peer }) => [peer, []]));
    for (let round = 0; round < rounds; round++) {
      for (const subject of subjects) {
        progress(`${name} ${x}, ${round + 1}/${rounds}: ${subject.peer}`);
        values[subject.peer].push(await runOnce(name, scenario, subject, at(x, size), programs));
      }
    }
    for (const { peer } of subjects) {
      points.push({ subject: peer, x, y: median(values[peer].map(y)) });
      if (second) secondPoints.push({ subject: peer, x, y: median(values[peer].map(second.y)) });
    }
  }
  return { points, secondPoints };
}
