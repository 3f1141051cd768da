// What the engine really emits and returns, for every kind of end: each object fits its schema, and between them they
// use every field of it.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { ExecutionEngine } from '../../lib/index.mjs';
import { exec, recordEvents, shell, tempDir, tempFile } from '../support.mjs';
import { complaints, objectTypes, schemas, unions } from './support.mjs';

const dir = tempDir();
const engineWith = (config) =>
  new ExecutionEngine({ log_dir: join(dir, 'logs'), kill_grace_period_ms: 200, enable_auto_cleanup: false, ...config });

/** Runs commands that end in every way there is; returns all events and results. */
async function everything() {
  const events = [];
  const results = [];
  const plans = [];
  const run = async (config, work) => {
    const engine = engineWith(config);
    const seen = recordEvents(engine);
    try {
      results.push(...(await work(engine)));
    } finally {
      await engine.close();
      events.push(...seen);
    }
  };

  await run({}, async (engine) => {
    const metadata = { source: 's', conversation_id: 'c', tags: { t: 'x' } };
    const cancelled = await engine.execute(shell("trap '' TERM; printf open; while :; do sleep 0.05; done"));
    for await (const { partial } of engine.lines(cancelled)) if (partial) break;
    await engine.cancel(cancelled);
    const gone = tempFile('gone', '#!/no/such/interpreter\n', 0o755);
    return [
      await engine.run(shell('echo out; printf err >&2', { metadata })),
      await engine.run(shell("printf '\\377'; exit 3")),
      await engine.run(shell('kill -9 $$')),
      await engine.run(shell('sleep 1000', { timeout_ms: 50 })),
      await engine.waitForCompletion(cancelled),
      await engine.run(exec(gone)).catch((error) => error.result),
    ];
  });
  const much = shell('seq 1000; seq 1000 >&2');
  await run({ max_output_size_bytes: 10 }, async (engine) => [await engine.run(much)]);
  await run({ max_output_size_bytes: 10, oversized_output_strategy: 'stream_to_file' }, async (engine) => [
    await engine.run(much),
  ]);
  await run(
    { max_output_size_bytes: 10, oversized_output_strategy: 'fail_execution', log_dir: null },
    async (engine) => [await engine.run(shell('seq 1000; sleep 1000')).catch((error) => error.result)],
  );
  await run({}, async (engine) => {
    const serial = { description: 'd', strategy: { type: 'serial' }, commands: [shell('exit 1'), shell('true')] };
    const parallel = { description: 'd', strategy: { type: 'parallel' }, commands: [shell('true')] };
    for (const plan of [serial, parallel]) plans.push(await engine.waitForPlan(await engine.executePlan(plan)));
    return [];
  });
  return { events, results, plans };
}

let all;
before(async () => {
  all = await everything();
});

const fits = (name, values) => {
  for (const value of values) assert.deepEqual(complaints(name, value), [], JSON.stringify(value));
};
const fieldsOf = (type) => Object.keys(objectTypes.get(type).schema.properties).sort();
const usedIn = (values) => [...new Set(values.flatMap(Object.keys))].sort();

describe('what comes out', () => {
  test('every result fits its schema and has all of its fields', () => {
    assert.equal(all.results.length, 9);
    fits('result', all.results);
    for (const result of all.results) assert.deepEqual(Object.keys(result).sort(), fieldsOf('ExecutionResult'));
    const ended = all.results.map(({ termination }) => termination).filter(Boolean);
    assert.deepEqual(usedIn(ended), fieldsOf('Termination'));
    assert.deepEqual(usedIn(ended.flatMap(({ signals }) => signals)), fieldsOf('SentSignal'));
    assert.deepEqual(usedIn(all.results.map((one) => one.resource_usage).filter(Boolean)), fieldsOf('ResourceUsage'));
    assert.deepEqual(usedIn(all.results.map((one) => one.metadata).filter(Boolean)), fieldsOf('ExecutionMetadata'));
  });

  test('every field that may be null was null once and was not null once', () => {
    const nullable = Object.entries(schemas.result.properties).filter(
      ([, schema]) => schema.anyOf?.some(({ type }) => type === 'null') || [schema.type].flat().includes('null'),
    );
    for (const [name] of nullable) {
      const kinds = new Set(all.results.map((result) => result[name] === null));
      assert.equal(kinds.size, 2, `${name} was always ${kinds.has(true) ? '' : 'not '}null`);
    }
  });

  test('every event fits its schema, and every type of event came with all of its fields', () => {
    fits('event', all.events);
    for (const type of unions.get('ExecutionEvent')) {
      const { event_type: kind } = objectTypes.get(type).schema.properties;
      const names = kind.enum ?? [kind.const];
      for (const name of names)
        assert.ok(
          all.events.some((event) => event.event_type === name),
          `no ${name} event`,
        );
      const these = all.events.filter(({ event_type }) => names.includes(event_type));
      assert.deepEqual(usedIn(these), fieldsOf(type));
    }
  });

  test('every plan result fits its schema and has all of its fields', () => {
    assert.deepEqual(
      all.plans.map(({ status }) => status),
      ['failed', 'completed'],
    );
    fits('plan-result', all.plans);
    assert.deepEqual(usedIn(all.plans), fieldsOf('PlanExecutionResult'));
    assert.deepEqual(usedIn(all.plans.map(({ stats }) => stats)), fieldsOf('PlanStats'));
  });

  test('what goes through JSON still fits', () => {
    const copy = JSON.parse(JSON.stringify(all));
    assert.deepEqual(copy, all);
    fits('event', copy.events);
  });
});
