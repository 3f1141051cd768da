// Requests, plans and configurations: the engine's validator and the schemas accept and refuse the same. The cases are
// made from the schemas, so that a new field is tested as soon as it is written down.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { ExecutionEngine } from '../../lib/index.mjs';
import { exec, makeEngine, tempDir } from '../support.mjs';
import { complaints, resolve, schemas } from './support.mjs';

// What the examples name exists.
const dir = tempDir();
const bin = join(dir, 'bin');
mkdirSync(bin);
for (const path of [join(bin, 'aws'), join(dir, 'script.sh')]) {
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
}
process.env.PATH = `${bin}:${process.env.PATH}`;

const commands = {
  ShellCommand: { type: 'shell', command: 'true', shell: 'sh' },
  ExecCommand: { type: 'exec', program: 'true', args: ['a', ''] },
  ScriptCommand: { type: 'script', path: join(dir, 'script.sh'), interpreter: 'sh', args: ['a'] },
  AwsCliCommand: { type: 'aws_cli', service: 's3', operation: 'ls', args: ['x'], profile: 'p', region: 'r' },
};
const stdins = {
  StdinData: { type: 'data', data: 'x\0y' },
  StdinFile: { type: 'file', path: join(dir, 'script.sh') },
  StdinPipe: { type: 'pipe' },
};
const metadata = { source: 's', conversation_id: 'c', tags: { t: '' } };
const request = (more) => ({
  id: '3F2b8c1e-7d4a-4f5b-9a6c-0e1d2c3b4a59',
  command: commands.ShellCommand,
  env: { A: '' },
  inherit_env: true,
  working_dir: dir,
  timeout_ms: 1000,
  output_log_path: join(dir, 'log'),
  stdin: stdins.StdinPipe,
  priority: -3,
  metadata,
  ...more,
});
const strategies = {
  SerialStrategy: { type: 'serial', stop_on_error: false },
  ParallelStrategy: { type: 'parallel', max_concurrency: 2 },
  DependencyGraphStrategy: { type: 'dependency_graph', dependencies: { 1: [0] }, max_concurrency: 1 },
};
const plain = { command: commands.ShellCommand };
const plan = (more) => ({
  id: '3f2b8c1e-7d4a-4f5b-9a6c-0e1d2c3b4a50',
  description: 'd',
  strategy: strategies.SerialStrategy,
  commands: [plain, plain],
  metadata,
  ...more,
});
const config = {
  ...Object.fromEntries(Object.entries(schemas.config.properties).map(([name, { default: value }]) => [name, value])),
  log_dir: dir,
};

/** Examples that between them have every type and every field of a schema. */
const examples = {
  request: [
    ...Object.values(commands).map((command) => request({ command })),
    ...Object.values(stdins).map((stdin) => request({ stdin })),
  ],
  plan: Object.values(strategies).map((strategy) => plan({ strategy })),
  config: [config],
};

const set = (value, [key, ...rest], put) => {
  if (key === undefined) return put;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const member = rest.length === 0 ? put : set(copy[key], rest, put);
  if (member === undefined) delete copy[key];
  else copy[key] = member;
  return copy;
};

/** Each place of a value with the schema for it. */
function* places(schema, home, value, path = []) {
  ({ schema, home } = resolve(schema, home));
  if (schema.oneOf) {
    const isIts = (one) => resolve(one, home).schema.properties.type.const === value.type;
    schema = resolve(schema.oneOf.find(isIts), home).schema;
  }
  if (schema.anyOf) ({ schema, home } = resolve(schema.anyOf[0], home));
  if (schema.oneOf) return yield* places(schema, home, value, path);
  yield { schema, path, value };
  // Requests within a plan are those that are tested by themselves.
  if (schema.title === 'ExecutionRequest' && path.length > 0) return;
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    assert.ok(name in value, `no example has ${[...path, name].join('.')}`);
    yield* places(field, home, value[name], [...path, name]);
  }
  if (schema.items && value.length > 0) yield* places(schema.items, home, value[0], [...path, 0]);
}

const strange = ['text', '', ' ', 'a\0b', 7, 0, -1, 1.5, 1e300, true, [], [1], ['x'], {}, { x: 'y' }, { x: 1 }];

/** Values to put in a place: of every type, at the edges of numbers, beyond enumerations, with and without fields. */
function* mutations({ schema, value }) {
  yield* strange;
  for (const edge of [schema.minimum, schema.maximum]) {
    if (edge === undefined) continue;
    yield edge;
    yield edge - 1;
    yield edge + 1;
  }
  yield* schema.enum ?? [];
  for (const name of Object.keys(schema.properties ?? {})) yield set(value, [name], undefined);
  if (schema.properties) yield { ...value, unknown_field: 1 };
  if (schema.properties) yield { ...value, timeoutMs: 1 };
  if (schema.propertyNames) yield { 'a=b': 'x' };
  if (schema.propertyNames) yield { '': 'x' };
}

// Beyond a schema: that a program or a directory is there, that one number is not over another, what a plan's indices
// mean. There the schema may accept more.
const beyond =
  /^(command\.(shell|program|interpreter|path)|working_dir|stdin\.path|default_timeout_ms|strategy\.dependencies|timeout_ms)/;

const ofShape = new Set(['MISSING_FIELD', 'WRONG_TYPE', 'UNKNOWN_FIELD']);
const isBeyond = ({ kind, field }) => !ofShape.has(kind) && beyond.test(field.replace(/^commands\[\d+\]\./, ''));

function agree(name, value, refusal) {
  const found = complaints(name, value);
  const shown = JSON.stringify(value);
  if (refusal === undefined) assert.deepEqual(found, [], `the engine accepts ${shown}`);
  else if (found.length === 0 && !isBeyond(refusal))
    assert.fail(`the engine refuses, the schema does not: ${shown}\n${refusal.message}`);
}

/** A refusal of what is valid by itself: nothing was started, and the shape was right. */
const isFine = ({ code, kind }) => code === 'CONCURRENCY_LIMIT_REACHED' || kind === 'DUPLICATE_ID';
const refusalOf = async (submit) => {
  const error = await submit().then(
    () => undefined,
    (refused) => refused,
  );
  return error === undefined || isFine(error) ? undefined : error;
};

/** An engine whose only slot is taken: a request that is valid is refused for that reason, and nothing starts. */
async function fullEngine(t) {
  const engine = makeEngine(t, { max_concurrent_executions: 1, kill_grace_period_ms: 0, stream_output: false });
  await engine.execute(exec('sleep', ['1000']));
  return engine;
}

const ask = {
  request: async (t) => {
    const engine = await fullEngine(t);
    return (value) => refusalOf(() => engine.execute(value));
  },
  plan: async (t) => {
    const engine = await fullEngine(t);
    return async (value) => {
      const id = await engine.executePlan(value).catch((error) => error);
      if (typeof id !== 'string') return isFine(id) ? undefined : id;
      await engine.cancel(id);
      await engine.waitForPlan(id);
      for (const row of await engine.listExecutions())
        if (row.status === 'cancelled') await engine.removeExecution(row.id);
      return undefined;
    };
  },
  config: async () => async (value) => {
    try {
      await new ExecutionEngine(value).close();
      return undefined;
    } catch (error) {
      return error;
    }
  },
};

for (const [name, values] of Object.entries(examples)) {
  describe(name, () => {
    test(`${name}: every field of the schema is accepted`, async (t) => {
      const refusal = await ask[name](t);
      for (const value of values) {
        assert.deepEqual(complaints(name, value), []);
        assert.equal(await refusal(value), undefined, JSON.stringify(value));
      }
    });

    test(`${name}: a required field is missed, an unknown one is refused`, async (t) => {
      const refusal = await ask[name](t);
      for (const value of values) {
        for (const { schema, path, value: here } of places(schemas[name], schemas[name], value)) {
          if (!schema.properties) continue;
          for (const field of schema.required ?? []) {
            const error = await refusal(set(value, [...path, field], undefined));
            assert.equal(error?.kind, 'MISSING_FIELD', [...path, field].join('.'));
          }
          const error = await refusal(set(value, path, { ...here, unknown_field: 1 }));
          assert.equal(error?.kind, 'UNKNOWN_FIELD', path.join('.'));
          assert.match(error.field, /unknown_field$/);
        }
      }
    });

    test(`${name}: what one accepts, the other accepts`, async (t) => {
      const refusal = await ask[name](t);
      const seen = new Set();
      for (const value of values) {
        for (const place of places(schemas[name], schemas[name], value)) {
          for (const put of mutations(place)) {
            const changed = set(value, place.path, put);
            const key = JSON.stringify(changed);
            if (seen.has(key)) continue;
            seen.add(key);
            agree(name, changed, await refusal(changed));
          }
        }
      }
      assert.ok(seen.size > 100, `${seen.size} cases`);
    });

    test(`${name}: null is accepted wherever the schema says so`, async (t) => {
      const refusal = await ask[name](t);
      for (const value of values) {
        for (const { path } of places(schemas[name], schemas[name], value)) {
          const changed = set(value, path, null);
          if (complaints(name, changed).length === 0) assert.equal(await refusal(changed), undefined, path.join('.'));
        }
      }
    });
  });
}
