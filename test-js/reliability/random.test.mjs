// Random sequences of calls against a small model of the engine, and random trees of processes that must be gone.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { ExecutionEngine } from '../../lib/index.mjs';
import { exec, killAfter, marker, pidsOf, sanitized, shell, until, waitUntilPresent, within } from '../support.mjs';

const terminal = new Set(['completed', 'failed', 'cancelled', 'timeout']);
const runsOf = (count) => ({ numRuns: sanitized ? Math.ceil(count / 5) : count, endOnFailure: true });

// ---- the model -----------------------------------------------------------------------------------------------------

/** What a request becomes when nobody interferes, and whether it stays until somebody does. */
const kinds = {
  success: { request: () => exec('true'), end: 'completed' },
  failure: { request: () => exec('false'), end: 'failed' },
  hang: { request: () => exec('sleep', ['100']), end: undefined },
  timeout: { request: () => exec('sleep', ['100'], { timeout_ms: 30 }), end: 'timeout' },
  pipe: { request: () => exec('cat', [], { stdin: { type: 'pipe' } }), end: undefined },
};

/** The execution that a number means; a stranger when there are none. */
const stranger = { id: '00000000-0000-4000-8000-000000000000', unknown: true };
const pick = (model, number) => (model.all.length === 0 ? stranger : model.all[number % model.all.length]);
const codeOf = (promise) =>
  promise.then(
    () => 'ok',
    (error) => error.code ?? String(error),
  );

const over = (one) => one.end !== undefined;
/** What a finished, running or forgotten execution answers; an unsettled one may just have ended. */
function expectCode(one, closed, actual, whenOver, whenRunning) {
  if (closed === 'strict') return assert.equal(actual, 'ENGINE_CLOSED');
  if (one.unknown || one.forgotten) return assert.equal(actual, 'NOT_FOUND');
  if (one.settled) return assert.equal(actual, whenOver);
  assert.ok([whenOver, whenRunning].includes(actual), `${actual} is neither ${whenOver} nor ${whenRunning}`);
  if (!over(one)) assert.equal(actual, whenRunning);
}

const steps = {
  async execute({ engine, model }, kind, repeatId) {
    const id = repeatId && model.all.length > 0 ? model.all[0].id : undefined;
    const request = { ...kinds[kind].request(), ...(id === undefined ? {} : { id }) };
    const outcome = await engine.execute(request).then(
      (made) => ({ made }),
      (error) => ({ error }),
    );
    if (model.closed) return assert.equal(outcome.error?.code, 'ENGINE_CLOSED');
    if (id !== undefined && !model.all[0].forgotten) {
      assert.equal(outcome.error?.code, 'VALIDATION');
      return assert.equal(outcome.error.kind, 'DUPLICATE_ID');
    }
    assert.ok(outcome.made, String(outcome.error));
    const one = { id: outcome.made, kind, end: kinds[kind].end };
    if (id === undefined) model.all.push(one);
    else model.all[0] = one;
    one.waiter = engine.waitForCompletion(one.id);
  },
  async cancel({ engine, model }, number) {
    const one = pick(model, number);
    const code = await codeOf(engine.cancel(one.id));
    expectCode(one, model.closed && 'strict', code, 'NOT_RUNNING', 'ok');
    if (code === 'ok' && !one.unknown) one.end = one.end === undefined ? 'cancelled' : [one.end, 'cancelled'].flat();
  },
  async wait({ engine, model }, number) {
    const one = pick(model, number);
    if (one.unknown || one.forgotten) return assert.equal(await codeOf(engine.waitForCompletion(one.id)), 'NOT_FOUND');
    if (!over(one)) return;
    const result = await within(20_000, engine.waitForCompletion(one.id), 'the end');
    assert.ok([one.end].flat().includes(result.status), `${result.status}, not ${one.end}`);
    one.end = result.status;
    one.settled = true;
    assert.equal((await one.waiter).status, result.status);
  },
  async getStatus({ engine, model }, number) {
    const one = pick(model, number);
    const status = await engine.getStatus(one.id).catch((error) => error.code);
    if (one.unknown || one.forgotten) return assert.equal(status, 'NOT_FOUND');
    if (one.settled) return assert.equal(status, one.end);
    if (!over(one)) return assert.ok(['pending', 'running'].includes(status), status);
    assert.ok(['pending', 'running', ...[one.end].flat()].includes(status), `${status}, not ${one.end}`);
  },
  async getResult({ engine, model }, number) {
    const one = pick(model, number);
    expectCode(one, false, await codeOf(engine.getResult(one.id)), 'ok', 'NOT_FINISHED');
  },
  async remove({ engine, model }, number) {
    const one = pick(model, number);
    const code = await codeOf(engine.removeExecution(one.id));
    expectCode(one, model.closed && 'strict', code, 'ok', 'NOT_FINISHED');
    if (code === 'ok') one.forgotten = true;
  },
  async writeStdin({ engine, model }, number) {
    const one = pick(model, number);
    const code = await codeOf(engine.writeStdin(one.id, 'x'));
    if (model.closed) return assert.equal(code, 'ENGINE_CLOSED');
    if (one.unknown || one.forgotten) return assert.equal(code, 'NOT_FOUND');
    if (one.kind !== 'pipe') return assert.ok(['VALIDATION', 'NOT_RUNNING'].includes(code), code);
    assert.ok(['ok', 'IO', 'NOT_RUNNING'].includes(code), code);
    if (!over(one) && !one.stdinClosed) assert.equal(code, 'ok');
  },
  async closeStdin({ engine, model }, number) {
    const one = pick(model, number);
    const code = await codeOf(engine.closeStdin(one.id));
    if (code !== 'ok') return;
    one.stdinClosed = true;
    if (one.end === undefined) one.end = 'completed';
    else if (one.end !== 'completed') one.end = [one.end, 'completed'].flat();
  },
  async list({ engine, model }) {
    const known = model.all.filter((one) => !one.forgotten);
    assert.deepEqual((await engine.listExecutions()).map(({ id }) => id).sort(), known.map(({ id }) => id).sort());
    if (model.closed) return assert.equal(await codeOf(engine.getStats()), 'ENGINE_CLOSED');
    const stats = await engine.getStats();
    assert.equal(stats.total, known.length);
    const { total, ...parts } = stats;
    assert.equal(
      Object.values(parts).reduce((sum, part) => sum + part, 0),
      total,
    );
  },
  async close({ engine, model }) {
    await within(20_000, engine.close(), 'close');
    model.closed = true;
    for (const one of model.all) {
      if (one.forgotten) continue;
      const { status } = await within(1000, engine.getResult(one.id), 'a result after close');
      assert.ok([one.end ?? [], 'cancelled'].flat().includes(status), `${status}, not ${one.end}`);
      Object.assign(one, { end: status, settled: true });
    }
  },
};

const number = fc.nat(7);
const call = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('execute'), fc.constantFrom(...Object.keys(kinds)), fc.boolean()) },
  ...['cancel', 'wait', 'getStatus', 'getResult', 'remove', 'writeStdin', 'closeStdin'].map((name) => ({
    weight: 3,
    arbitrary: fc.tuple(fc.constant(name), number),
  })),
  { weight: 1, arbitrary: fc.tuple(fc.constant('list')) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('close')) },
);

test('random sequences of calls do what the model says', { timeout: 110_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(call, { minLength: 3, maxLength: 25 }),
      async (slots, calls) => {
        const engine = new ExecutionEngine({
          log_dir: null,
          kill_grace_period_ms: 100,
          enable_auto_cleanup: false,
          max_concurrent_executions: 8 * slots,
          concurrency_policy: 'queue',
        });
        const model = { all: [], closed: false };
        try {
          for (const [name, ...args] of calls) await steps[name]({ engine, model }, ...args);
          // Whatever was done: every waiter hears its end.
          await within(20_000, engine.close(), 'close');
          for (const one of model.all) assert.ok(terminal.has((await within(1000, one.waiter, 'a waiter')).status));
        } finally {
          await engine.close();
        }
      },
    ),
    runsOf(60),
  );
});

test('calls that are made all at once all settle, with states that fit each other', { timeout: 110_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...Object.keys(kinds)), fc.nat(5)), { minLength: 1, maxLength: 20 }),
      async (made) => {
        const engine = new ExecutionEngine({
          log_dir: null,
          kill_grace_period_ms: 100,
          enable_auto_cleanup: false,
          max_concurrent_executions: 3,
          concurrency_policy: 'queue',
        });
        const ends = new Map();
        const count = ({ event_type: type, execution_id: id }) => {
          if (terminal.has(type)) ends.set(id, [...(ends.get(id) ?? []), type]);
        };
        engine.on('event', count);
        const promises = [];
        for (const [kind, what] of made) {
          // The same few ids again and again: used, cancelled, forgotten and used once more without waiting in between.
          const id = `00000000-0000-4000-8000-00000000000${what}`;
          promises.push(engine.execute({ ...kinds[kind].request(), id }));
          promises.push(engine.waitForCompletion(id));
          if (what % 2 === 0) promises.push(engine.cancel(id));
          if (what % 3 === 0)
            promises.push(engine.removeExecution(id), engine.execute({ ...kinds[kind].request(), id }));
        }
        const all = Promise.allSettled(promises);
        await engine.getStats();
        await within(20_000, engine.close(), 'close');
        const outcomes = await within(5000, all, 'a promise');
        const codes = new Set(outcomes.flatMap(({ reason }) => reason?.code ?? []));
        for (const code of codes)
          assert.ok(['NOT_FOUND', 'NOT_RUNNING', 'NOT_FINISHED', 'VALIDATION', 'ENGINE_CLOSED'].includes(code), code);
        const accepted = outcomes.filter(({ value }) => typeof value === 'string').length;
        assert.equal([...ends.values()].flat().length, accepted, 'one terminal event for each that was accepted');
      },
    ),
    runsOf(60),
  );
});

// ---- random trees --------------------------------------------------------------------------------------------------

const node = fc.letrec((tie) => ({
  tree: fc.record({
    how: fc.constantFrom('plain', 'setsid', 'double', 'orphan', 'closed', 'emptied'),
    deaf: fc.boolean(),
    children: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 2 })),
  }),
})).tree;

/** A shell script for a tree: each process starts its children and then sleeps. */
function scriptOf({ how, deaf, children }, mark) {
  const body = [deaf ? `trap "" TERM` : ':', ...children.map((child) => scriptOf(child, mark)), `sleep ${mark}`].join(
    '\n',
  );
  const quoted = `'${body.replaceAll("'", `'\\''`)}'`;
  switch (how) {
    case 'setsid':
      return `setsid bash -c ${quoted} &`;
    case 'double':
      return `( setsid bash -c ${quoted} & )`;
    case 'orphan':
      return `( ( bash -c ${quoted} & ) & )`;
    case 'closed':
      return `setsid bash -c ${quoted} <&- >&- 2>&- &`;
    case 'emptied':
      return `env -i setsid bash -c ${quoted} &`;
    default:
      return `bash -c ${quoted} &`;
  }
}
const sizeOf = ({ children }) => 1 + children.reduce((sum, child) => sum + sizeOf(child), 0);

test('random trees are empty after a cancel or a timeout', { timeout: 110_000 }, async (t) => {
  const engine = new ExecutionEngine({ log_dir: null, kill_grace_period_ms: 50, enable_auto_cleanup: false });
  t.after(() => engine.close());
  await fc.assert(
    fc.asyncProperty(fc.array(node, { minLength: 1, maxLength: 3 }), fc.nat(3), async (trees, patience) => {
      const mark = killAfter(t, marker());
      const id = await engine.execute(shell(`${trees.map((tree) => scriptOf(tree, mark)).join('\n')}\nsleep ${mark}`));
      const sleepers = trees.reduce((sum, tree) => sum + sizeOf(tree), 1);
      // Sometimes all are there, sometimes they are still being made.
      if (patience > 0) await waitUntilPresent(mark, Math.ceil((sleepers * patience) / 3), 20_000);
      await engine.cancel(id);
      const result = await within(20_000, engine.waitForCompletion(id), 'the cancel');
      assert.equal(result.status, 'cancelled');
      assert.deepEqual(result.termination.survivors, []);
      assert.deepEqual(pidsOf(mark), []);
    }),
    runsOf(40),
  );
  await until(async () => (await engine.getStats()).running === 0, 1000);
});
