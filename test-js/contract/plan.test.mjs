// Contract §7: several commands as one.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import {
  exec,
  killAfter,
  makeEngine,
  marker,
  pidsOf,
  recordEvents,
  shell,
  tempDir,
  until,
  waitUntilPresent,
  withCode,
} from '../support.mjs';

const plan = (strategy, commands, more = {}) => ({ description: 'a plan', strategy, commands, ...more });
const graph = (dependencies, more = {}) => ({ type: 'dependency_graph', dependencies, ...more });
const runPlan = async (engine, request) => engine.waitForPlan(await engine.executePlan(request));
const statuses = (result) => result.results.map((each) => each.status);

describe('serial', () => {
  test('one after the other, in the order given', async (t) => {
    const engine = makeEngine(t);
    const order = [];
    engine.on('event', (event) => ['started', 'completed'].includes(event.event_type) && order.push(event.event_type));
    const result = await runPlan(engine, plan({ type: 'serial' }, [exec('sleep', ['0.1']), exec('echo', ['b'])]));
    assert.equal(result.status, 'completed');
    assert.deepEqual(order, ['started', 'completed', 'started', 'completed']);
    assert.equal(result.results[1].stdout, 'b\n');
  });

  test('stops at the first failure, and says why the rest did not run', async (t) => {
    const engine = makeEngine(t);
    const file = join(tempDir(), 'ran');
    const result = await runPlan(
      engine,
      plan({ type: 'serial' }, [exec('true'), exec('false'), exec('touch', [file])]),
    );
    assert.deepEqual(statuses(result), ['completed', 'failed', 'cancelled']);
    assert.match(result.results[2].error, /not run.*failed/);
    assert.equal(result.status, 'failed');
    assert.equal(existsSync(file), false);
  });

  test('stop_on_error false goes on', async (t) => {
    const commands = [exec('false'), exec('echo', ['on'])];
    const result = await runPlan(makeEngine(t), plan({ type: 'serial', stop_on_error: false }, commands));
    assert.deepEqual([result.status, ...statuses(result)], ['failed', 'failed', 'completed']);
  });
});

describe('parallel', () => {
  test('all at once: each can wait for the others', async (t) => {
    const dir = tempDir();
    const meet = (mine, other) =>
      shell(`touch ${mine}; until [ -e ${other} ]; do sleep 0.02; done`, { working_dir: dir });
    const result = await runPlan(makeEngine(t), plan({ type: 'parallel' }, [meet('a', 'b'), meet('b', 'a')]));
    assert.deepEqual(statuses(result), ['completed', 'completed']);
  });

  test('higher priority first, be it the plan or the engine that has no room', async (t) => {
    const commands = [0, 1, 7, 1].map((priority, i) => exec('echo', [String(i)], { priority }));
    for (const [slots, limit] of [
      [4, 1],
      [1, null],
    ]) {
      const engine = makeEngine(t, { max_concurrent_executions: slots });
      const order = [];
      engine.on('completed', ({ result }) => order.push(result.stdout.trim()));
      await runPlan(engine, plan({ type: 'parallel', max_concurrency: limit }, commands));
      assert.deepEqual(order, ['2', '1', '3', '0']);
    }
  });

  test('max_concurrency holds', async (t) => {
    const engine = makeEngine(t);
    let [running, most] = [0, 0];
    engine.on('started', () => (most = Math.max(most, ++running)));
    engine.on('completed', () => running--);
    const commands = Array.from({ length: 8 }, () => exec('sleep', ['0.03']));
    await runPlan(engine, plan({ type: 'parallel', max_concurrency: 2 }, commands));
    assert.equal(most, 2);
  });

  test('results[i] is commands[i], whatever ends first', async (t) => {
    const commands = ['0.2', '0.1', '0'].map((time, i) => shell(`sleep ${time}; echo ${i}`));
    const result = await runPlan(makeEngine(t), plan({ type: 'parallel' }, commands));
    assert.deepEqual(
      result.results.map((each) => each.stdout),
      ['0\n', '1\n', '2\n'],
    );
  });

  test('waits for slots instead of failing, also under fail_fast', async (t) => {
    const engine = makeEngine(t, { max_concurrent_executions: 1 });
    const result = await runPlan(engine, plan({ type: 'parallel' }, [exec('true'), exec('true'), exec('true')]));
    assert.equal(result.status, 'completed');
  });
});

describe('dependency_graph', () => {
  test('a command starts when all it depends on have succeeded', async (t) => {
    const engine = makeEngine(t);
    const order = [];
    engine.on('stdout', (event) => order.push(event.line));
    const commands = ['last', 'first', 'middle'].map((word) => exec('echo', [word]));
    await runPlan(engine, plan(graph({ 0: [1, 2], 2: [1] }), commands));
    assert.deepEqual(order, ['first', 'middle', 'last']);
  });

  test('a failure stops what depends on it, nothing else', async (t) => {
    const commands = [exec('false'), exec('true'), exec('true'), exec('true')];
    const result = await runPlan(makeEngine(t), plan(graph({ 1: [0], 2: [1] }), commands));
    assert.deepEqual(statuses(result), ['failed', 'cancelled', 'cancelled', 'completed']);
    assert.equal(result.status, 'failed');
  });

  test('no waves: what is ready does not wait for a slow stranger', async (t) => {
    const dir = tempDir();
    const slow = shell('until [ -e done ]; do sleep 0.02; done', { working_dir: dir });
    const done = shell('touch done', { working_dir: dir });
    const result = await runPlan(makeEngine(t), plan(graph({ 2: [1] }), [slow, exec('true'), done]));
    assert.equal(result.status, 'completed');
  });

  for (const [what, dependencies, message] of [
    ['a cycle, spelled out', { 0: [1], 1: [2], 2: [0] }, /0.*1.*2|1.*2.*0|2.*0.*1|0.*2.*1|2.*1.*0|1.*0.*2/],
    ['a self-dependency', { 1: [1] }, /1/],
    ['an index out of range', { 0: [7] }, /7/],
  ]) {
    test(`refuses ${what}`, async (t) => {
      const commands = [exec('true'), exec('true'), exec('true')];
      const error = { code: 'VALIDATION', kind: 'INVALID_PLAN', message };
      await assert.rejects(makeEngine(t).executePlan(plan(graph(dependencies), commands)), error);
    });
  }
});

test('an empty plan is INVALID_PLAN', async (t) => {
  const error = { code: 'VALIDATION', kind: 'INVALID_PLAN' };
  await assert.rejects(makeEngine(t).executePlan(plan({ type: 'serial' }, [])), error);
});

test('all of a plan is validated before any of it runs', async (t) => {
  const engine = makeEngine(t);
  const events = recordEvents(engine);
  const bad = plan({ type: 'serial' }, [exec('true'), exec('no-such-program')]);
  await assert.rejects(engine.executePlan(bad), { kind: 'INVALID_COMMAND', field: 'commands[1].command.program' });
  assert.deepEqual(events, []);
});

test('cancel takes a plan id: what runs and what waits', async (t) => {
  const engine = makeEngine(t);
  const mark = killAfter(t, marker());
  const planId = await engine.executePlan(plan({ type: 'serial' }, [shell(`sleep ${mark} & wait`), exec('true')]));
  await waitUntilPresent(mark, 2);
  await engine.cancel(planId);
  const result = await engine.waitForPlan(planId);
  assert.deepEqual([result.status, ...statuses(result)], ['cancelled', 'cancelled', 'cancelled']);
  assert.deepEqual(pidsOf(mark), []);
});

test('only timeouts make a plan timeout', async (t) => {
  const commands = [exec('true'), exec('sleep', ['1000'], { timeout_ms: 100 })];
  assert.equal((await runPlan(makeEngine(t), plan({ type: 'parallel' }, commands))).status, 'timeout');
});

test('progress counts to the total', async (t) => {
  const engine = makeEngine(t);
  const progress = [];
  engine.on('progress', (event) => progress.push(event));
  const planId = await engine.executePlan(plan({ type: 'serial' }, [exec('true'), exec('true')]));
  await engine.waitForPlan(planId);
  assert.ok(progress.every((event) => event.plan_id === planId && event.total === 2));
  assert.deepEqual([...new Set(progress.map((event) => event.completed))].slice(-2), [1, 2]);
});

test('getPlanResult: NOT_FINISHED, then the result; NOT_FOUND for a stranger', async (t) => {
  const engine = makeEngine(t);
  const planId = await engine.executePlan(plan({ type: 'serial' }, [exec('sleep', ['0.1'])]));
  await assert.rejects((async () => engine.getPlanResult(planId))(), withCode('NOT_FINISHED'));
  const result = await engine.waitForPlan(planId);
  assert.deepEqual(await engine.getPlanResult(planId), result);
  await assert.rejects(engine.waitForPlan('00000000-0000-4000-8000-000000000000'), withCode('NOT_FOUND'));
  assert.deepEqual({ ...result.stats }, { total: 1, completed: 1, failed: 0, cancelled: 0, timeout: 0 });
  assert.ok(result.total_duration_ms >= 100 && /^\d+ms$/.test(result.total_duration));
});

// ---- commands that wait ---------------------------------------------------------------------------------------------

const reader = (more = {}) => exec('cat', [], { id: randomUUID(), stdin: { type: 'pipe' }, ...more });
const running = (engine, id) => until(async () => (await engine.getStatus(id)) === 'running', 5000, `${id} to run`);

/** Three commands that run until their stdin is closed: the first runs, the second waits for a slot, the third for the first. */
async function oneRunsTwoWait(t) {
  const engine = makeEngine(t, { max_concurrent_executions: 1 });
  const commands = [reader(), reader(), reader()];
  const planId = await engine.executePlan(plan(graph({ 2: [0] }), commands));
  const ids = commands.map(({ id }) => id);
  await running(engine, ids[0]);
  return { engine, planId, ids };
}

test('higher priority first, whatever plan it is of', async (t) => {
  const engine = makeEngine(t, { max_concurrent_executions: 1 });
  const order = [];
  engine.on('completed', ({ result }) => order.push(result.stdout.trim()));
  const first = await engine.execute(reader());
  const planIds = [];
  for (const [name, priority] of [
    ['a', 0],
    ['b', 1],
    ['c', 7],
    ['d', 1],
  ])
    planIds.push(await engine.executePlan(plan({ type: 'parallel' }, [exec('echo', [name], { priority })])));
  await engine.closeStdin(first);
  for (const planId of planIds) await engine.waitForPlan(planId);
  assert.deepEqual(order, ['', 'c', 'b', 'd', 'a']);
});

for (const strategy of [{ type: 'serial' }, { type: 'parallel', max_concurrency: 1 }])
  test(`a command that waits for its turn is like a queued one: ${strategy.type}`, async (t) => {
    const engine = makeEngine(t);
    const [first, second] = [reader(), reader()];
    const planId = await engine.executePlan(plan(strategy, [first, second]));
    await running(engine, first.id);
    assert.equal(await engine.getStatus(second.id), 'pending');
    assert.equal((await engine.readOutput(second.id, 'stdout')).length, 0);
    const early = [engine.writeStdin(second.id, 'early '), engine.writeStdin(second.id, 'bird')];
    early.push(engine.closeStdin(second.id));
    await engine.closeStdin(first.id);
    await Promise.all(early);
    const { results } = await engine.waitForPlan(planId);
    assert.equal(results[1].stdout, 'early bird');
  });

test('stdin of a command that waits and has no pipe is VALIDATION, as of a queued one', async (t) => {
  const engine = makeEngine(t);
  const [first, second] = [reader(), exec('true', [], { id: randomUUID() })];
  await engine.executePlan(plan({ type: 'serial' }, [first, second]));
  await assert.rejects(engine.writeStdin(second.id, 'x'), withCode('VALIDATION', { execution_id: second.id }));
  await assert.rejects(engine.closeStdin(second.id), withCode('VALIDATION', { execution_id: second.id }));
});

test('what is written to a command that never runs is NOT_RUNNING', async (t) => {
  const { engine, planId, ids } = await oneRunsTwoWait(t);
  const writes = ids.slice(1).map((id) => assert.rejects(engine.writeStdin(id, 'x'), withCode('NOT_RUNNING')));
  await engine.cancel(planId);
  await Promise.all(writes);
});

for (const [cause, why, end] of [
  ['cancel', 'not run: the plan was cancelled', (engine, planId) => engine.cancel(planId)],
  ['shutdown', 'not run: the engine was closed', (engine) => engine.close()],
])
  test(`what never ran says the same, whatever it waited for: ${cause}`, async (t) => {
    const { engine, planId, ids } = await oneRunsTwoWait(t);
    const ended = engine.waitForPlan(planId);
    await end(engine, planId);
    const [first, ...others] = (await ended).results;
    assert.match(first.error, /^cancelled/);
    for (const result of others)
      assert.deepEqual(
        [result.status, result.error, result.termination],
        ['cancelled', why, { cause, signals: [], survivors: [] }],
      );
    assert.deepEqual((await engine.getResult(ids[2])).termination, { cause, signals: [], survivors: [] });
  });

test('what is skipped because another command failed was not terminated', async (t) => {
  const { results } = await runPlan(makeEngine(t), plan({ type: 'serial' }, [exec('false'), exec('true')]));
  assert.deepEqual([results[1].error, results[1].termination], ['not run: command 0 failed', null]);
});

test('cancel of one command that waits tells the cause, whatever it waits for', async (t) => {
  const { engine, ids } = await oneRunsTwoWait(t);
  for (const id of ids.slice(1)) {
    await engine.cancel(id);
    const { error, termination } = await engine.waitForCompletion(id);
    assert.equal(error, 'cancelled before it started');
    assert.deepEqual(termination, { cause: 'cancel', signals: [], survivors: [] });
  }
});

test('listExecutions has the commands of a plan in its order, at any time', async (t) => {
  const { engine, planId, ids } = await oneRunsTwoWait(t);
  const listed = async () => (await engine.listExecutions()).map(({ id }) => id);
  assert.deepEqual(await listed(), ids);
  for (const id of ids) {
    await engine.closeStdin(id);
    await engine.waitForCompletion(id);
    assert.deepEqual(await listed(), ids);
  }
  await engine.waitForPlan(planId);
});
