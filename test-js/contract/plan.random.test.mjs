// Contract §7 with random plans: what a small model says of their order and their end holds in the real engine. A
// failure prints the seed and the path that fast-check takes to repeat it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import fc from 'fast-check';

import { ExecutionEngine } from '../../lib/index.mjs';
import { exec, isTerminal, killAfter, marker, pidsOf, recordEvents, sanitized, within } from '../support.mjs';

const runsOf = (count) => ({ numRuns: sanitized ? Math.ceil(count / 5) : count, endOnFailure: true });
const limitMs = 20_000;

// ---- what is made up -----------------------------------------------------------------------------------------------

const kinds = {
  success: { request: () => exec('true'), end: 'completed' },
  failure: { request: () => exec('false'), end: 'failed' },
  timeout: { request: () => exec('sleep', ['100'], { timeout_ms: 20 }), end: 'timeout' },
  // Only where the plan is cancelled.
  hang: { request: (mark) => exec('sleep', [mark]), end: undefined },
};

const upTo = (count) => Array.from({ length: count }, (_, i) => i);

/** Lists of dependencies without a cycle: each command's are among those before it in a random order. */
const acyclic = (count) =>
  fc
    .tuple(
      fc.shuffledSubarray(upTo(count), { minLength: count, maxLength: count }),
      fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: count, maxLength: count }),
    )
    .map(([order, picks]) => {
      const needed = upTo(count).map(() => []);
      order.forEach((command, place) => {
        if (place > 0) needed[command] = [...new Set(picks[command].map((pick) => order[pick % place]))];
      });
      return needed;
    });

const strategyTypes = ['serial', 'parallel', 'dependency_graph', 'dependency_graph'];

const randomPlan = ({ kindNames, limited }) =>
  fc.integer({ min: 1, max: 12 }).chain((count) =>
    fc.record({
      kinds: fc.array(fc.constantFrom(...kindNames), { minLength: count, maxLength: count }),
      type: fc.constantFrom(...strategyTypes),
      stop_on_error: fc.boolean(),
      needed: acyclic(count),
      max_concurrency: limited ? fc.option(fc.integer({ min: 1, max: 4 })) : fc.constant(null),
      slots: limited ? fc.integer({ min: 1, max: 6 }) : fc.constant(100),
    }),
  );

const dependenciesOf = (needed) => Object.fromEntries(needed.map((list, i) => [i, list]));

function strategyOf({ type, stop_on_error, needed, max_concurrency }) {
  if (type === 'serial') return { type, stop_on_error };
  if (type === 'parallel') return { type, max_concurrency };
  return { type, max_concurrency, dependencies: dependenciesOf(needed) };
}

// ---- the model -----------------------------------------------------------------------------------------------------

/** What each command waits for, and whether it needs the success of that. */
function waitsOf({ type, stop_on_error, needed, kinds: all }) {
  if (type === 'serial') return { waits: all.map((_, i) => (i === 0 ? [] : [i - 1])), strict: stop_on_error };
  if (type === 'parallel') return { waits: all.map(() => []), strict: true };
  return { waits: needed, strict: true };
}

/** Each command's end, as far as nobody interferes: a status, 'dropped', or 'open' for what hangs and waits for that. */
function modelOf(plan) {
  const { waits, strict } = waitsOf(plan);
  const ends = [];
  const endOf = (i) => (ends[i] ??= decide(i));
  const decide = (i) => {
    const before = waits[i].map(endOf);
    // One that cannot succeed any more drops it, whatever the others do.
    if (strict && before.some((end) => end !== 'completed' && end !== 'open')) return 'dropped';
    if (before.includes('open')) return 'open';
    return kinds[plan.kinds[i]].end ?? 'open';
  };
  return { waits, strict, ends: plan.kinds.map((_, i) => endOf(i)) };
}

function planStatusOf(ends) {
  if (ends.every((end) => end === 'completed')) return 'completed';
  return ends.some((end) => end === 'failed') ? 'failed' : 'timeout';
}

// ---- what is looked at ---------------------------------------------------------------------------------------------

async function withEngine(slots, work) {
  const engine = new ExecutionEngine({
    log_dir: null,
    enable_auto_cleanup: false,
    kill_grace_period_ms: 300,
    max_concurrent_executions: slots,
  });
  try {
    return await work(engine, recordEvents(engine));
  } finally {
    await engine.close();
  }
}

function requestOf(plan, mark) {
  const commands = plan.kinds.map((kind) => ({ ...kinds[kind].request(mark), id: randomUUID() }));
  return { id: randomUUID(), description: 'random', strategy: strategyOf(plan), commands };
}

/** Where in `events` each command started and ended. Every one ends, none starts or ends twice. */
function placesOf(events, ids) {
  return ids.map((id) => {
    const own = events.map((event, place) => ({ event, place })).filter(({ event }) => event.execution_id === id);
    const starts = own.filter(({ event }) => event.event_type === 'started');
    const ends = own.filter(({ event }) => isTerminal(event));
    assert.ok(starts.length <= 1, `started ${starts.length} times`);
    assert.equal(ends.length, 1, 'terminal events');
    return { start: starts[0]?.place, end: ends[0].place };
  });
}

function checkOrder(places, waits) {
  places.forEach(({ start, end }, i) => {
    if (start === undefined) return;
    assert.ok(start < end, `command ${i} ended before it started`);
    for (const earlier of waits[i])
      assert.ok(places[earlier].end < start, `command ${i} started before ${earlier} had ended`);
  });
}

function mostAtOnce(places) {
  const moments = places
    .filter(({ start }) => start !== undefined)
    .flatMap(({ start, end }) => [
      [start, 1],
      [end, -1],
    ]);
  let [running, most] = [0, 0];
  for (const [, change] of moments.sort(([a], [b]) => a - b)) most = Math.max(most, (running += change));
  return most;
}

/** The commands that this one waits for, directly or not. */
function allBefore(waits, index, seen = new Set()) {
  for (const one of waits[index]) {
    if (seen.has(one)) continue;
    seen.add(one);
    allBefore(waits, one, seen);
  }
  return seen;
}

const verbs = { failed: 'failed', timeout: 'timed out' };
function checkReason(error, index, { waits, ends }) {
  const [, cause, verb] = /^not run: command (\d+) (.*)$/.exec(error) ?? assert.fail(`an odd reason: ${error}`);
  assert.ok(allBefore(waits, index).has(Number(cause)), `command ${index} does not wait for ${cause}`);
  assert.equal(verb, verbs[ends[cause]]);
}

// ---- the properties ------------------------------------------------------------------------------------------------

test('random plans: order, limits and statuses are as the model says', { timeout: 120_000 }, async () => {
  const property = fc.asyncProperty(
    randomPlan({ kindNames: ['success', 'success', 'success', 'failure', 'timeout'], limited: true }),
    (plan) =>
      withEngine(plan.slots, async (engine, events) => {
        const request = requestOf(plan);
        const result = await within(
          limitMs,
          engine.executePlan(request).then((id) => engine.waitForPlan(id)),
          'a plan',
        );
        const model = modelOf(plan);
        const expected = model.ends.map((end) => (end === 'dropped' ? 'cancelled' : end));
        assert.deepEqual(
          result.results.map(({ status }) => status),
          expected,
        );
        assert.equal(result.status, planStatusOf(model.ends));

        const ids = request.commands.map(({ id }) => id);
        const places = placesOf(events, ids);
        checkOrder(places, model.waits);
        const limit = plan.type === 'serial' ? 1 : Math.min(plan.max_concurrency ?? Infinity, plan.slots);
        assert.ok(mostAtOnce(places) <= limit, `${mostAtOnce(places)} at once, ${limit} allowed`);
        model.ends.forEach((end, i) => {
          assert.equal(places[i].start === undefined, end === 'dropped', `command ${i} ran`);
          if (end === 'dropped') checkReason(result.results[i].error, i, model);
        });
      }),
  );
  await fc.assert(property, runsOf(150));
});

test('random plans cancelled at a random event leave nothing running', { timeout: 120_000 }, async (t) => {
  const mark = killAfter(t, marker());
  let cancelledWhileRunning = 0;
  const property = fc.asyncProperty(
    randomPlan({ kindNames: ['success', 'success', 'failure', 'hang', 'hang'], limited: false }),
    fc.nat(),
    (plan, moment) =>
      withEngine(plan.slots, async (engine, events) => {
        const request = requestOf(plan, mark);
        const ids = request.commands.map(({ id }) => id);
        // At least so many events come without the cancellation: one start, or an end, per command that is decided.
        const certain = Math.max(1, modelOf(plan).ends.filter((end) => end !== 'open').length);
        let eventsBefore;
        const cancelled = new Promise((resolve) => {
          engine.on('event', () => {
            if (events.length !== 1 + (moment % certain)) return;
            const code = engine.cancel(request.id).then(
              () => 'ok',
              (error) => error.code,
            );
            // No start may be seen after the answer.
            resolve(code.then((value) => ((eventsBefore = events.length), value)));
          });
        });
        const id = await engine.executePlan(request);
        const code = await within(limitMs, cancelled, 'the answer of cancel');
        const result = await within(limitMs, engine.waitForPlan(id), 'the plan');

        assert.deepEqual(pidsOf(mark), []);
        const { running, pending, total } = await engine.getStats();
        assert.deepEqual({ running, pending, total }, { running: 0, pending: 0, total: ids.length });
        const { currently_running, currently_pending } = await engine.getConcurrencyMetrics();
        assert.deepEqual({ currently_running, currently_pending }, { currently_running: 0, currently_pending: 0 });

        const { waits, ends } = modelOf(plan);
        checkOrder(placesOf(events, ids), waits);
        assert.ok(!events.slice(eventsBefore).some(({ event_type }) => event_type === 'started'), 'a late start');
        result.results.forEach(({ status }, i) => {
          const undisturbed = ends[i] === 'dropped' ? 'cancelled' : ends[i];
          assert.ok(status === 'cancelled' || status === undisturbed, `command ${i} is ${status}, not ${undisturbed}`);
        });
        if (code === 'ok') {
          const all = result.results.every(({ success }) => success);
          assert.equal(result.status, all ? 'completed' : 'cancelled');
          cancelledWhileRunning++;
        } else {
          assert.equal(code, 'NOT_RUNNING');
          assert.ok(!ends.includes('open'), 'what hangs had not ended');
        }
      }),
  );
  await fc.assert(property, runsOf(100));
  assert.ok(cancelledWhileRunning > 0, 'no plan was still running when it was cancelled');
});

test('random graphs with a cycle are refused before anything starts, the cycle spelled out', async () => {
  const cyclic = fc.integer({ min: 2, max: 30 }).chain((count) =>
    fc.record({
      needed: acyclic(count),
      cycle: fc.shuffledSubarray(upTo(count), { minLength: 2 }),
    }),
  );
  const property = fc.asyncProperty(cyclic, ({ needed, cycle }) =>
    withEngine(100, async (engine, events) => {
      cycle.forEach((command, i) => needed[command].push(cycle[(i + 1) % cycle.length]));
      const strategy = { type: 'dependency_graph', dependencies: dependenciesOf(needed) };
      const commands = needed.map(() => exec('true'));
      const error = await engine.executePlan({ description: 'cyclic', strategy, commands }).then(
        () => assert.fail('accepted'),
        (refused) => refused,
      );
      assert.equal(error.code, 'VALIDATION');
      assert.equal(error.kind, 'INVALID_PLAN');
      assert.equal(error.field, 'strategy.dependencies');
      const spelled = /\d+(?: -> \d+)+/.exec(error.message)[0].split(' -> ').map(Number);
      assert.equal(spelled[0], spelled.at(-1), error.message);
      assert.equal(new Set(spelled).size, spelled.length - 1, error.message);
      for (let i = 0; i + 1 < spelled.length; i++)
        assert.ok(needed[spelled[i]].includes(spelled[i + 1]), `${spelled[i]} does not wait for ${spelled[i + 1]}`);
      assert.equal((await engine.getStats()).total, 0);
      assert.deepEqual(events, []);
    }),
  );
  await fc.assert(property, runsOf(100));
});
