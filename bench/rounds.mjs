// Interleaved rounds: in each round every subject runs once, in an order that moves on by one, so that what happens to
// the machine meanwhile happens to all of them.

import { isAvailable, runOnce } from './one_run.mjs';
import { median } from './scenarios/helpers.mjs';

export const nameOf = (subject) => subject.name ?? subject.peer;

/** @returns {Promise<{ subjects: Record<string, Record<string, number>[]> }>} per subject its values, round by round */
export async function measure(name, scenario, { size, rounds, programs, progress }) {
  const subjects = scenario.subjects.filter(isAvailable);
  const values = Object.fromEntries(subjects.map((subject) => [nameOf(subject), []]));
  const count = Math.min(rounds, scenario.mostRounds?.[size] ?? rounds);
  for (let round = 0; round < count; round++) {
    for (let i = 0; i < subjects.length; i++) {
      const subject = subjects[(i + round) % subjects.length];
      progress(`${name} ${round + 1}/${count}: ${nameOf(subject)}`);
      values[nameOf(subject)].push(await runOnce(name, scenario, subject, scenario.sizes[size], programs));
    }
  }
  return values;
}

export const spread = (figures) => ({
  median: median(figures),
  min: Math.min(...figures),
  max: Math.max(...figures),
});

/** The figures of one metric, round by round; undefined when that subject or metric was not measured. */
function figuresOf(values, subject, metric) {
  const figures = values?.[subject]?.map((round) => round[metric]);
  return figures === undefined || figures.includes(undefined) ? undefined : figures;
}

export function summarize(scenario, values) {
  const metrics = [scenario.metric, ...(scenario.also ?? [])];
  const rows = {};
  for (const subject of Object.keys(values)) {
    const known = metrics.map((metric) => [metric, figuresOf(values, subject, metric)]);
    rows[subject] = Object.fromEntries(known.filter(([, f]) => f !== undefined).map(([m, f]) => [m, spread(f)]));
  }
  return rows;
}

/** One subject's figures, or one's divided by another's within each round; undefined when they were not measured. */
function spreadOf(subjects, values, metric) {
  const sides = subjects.map((subject) => figuresOf(values, subject, metric));
  if (sides.includes(undefined)) return undefined;
  const [over, under] = sides;
  return spread(under === undefined ? over : over.map((figure, round) => figure / under[round]));
}

/**
 * @returns the target with its `found` spread, that of its floor, if it has one, whether it is `met`, and whether its floor
 * meets it (`reachable`; true without a floor); undefined when it could not be measured
 */
export function judge(target, scenarios, allValues) {
  const values = allValues[target.scenario];
  const metric = target.metric ?? scenarios[target.scenario]?.metric;
  const found = spreadOf(target.ratio ?? [target.subject], values, metric);
  if (found === undefined) return undefined;
  const meets = ({ median }) => (target.max === undefined ? median >= target.min : median <= target.max);
  const found_floor = target.floor === undefined ? undefined : spreadOf([target.floor].flat(), values, metric);
  const reachable = found_floor === undefined || meets(found_floor);
  return { ...target, found, found_floor, met: meets(found), reachable };
}
