// The declarations and the schemas describe the same types: the compiler itself is asked what the declarations say.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import ts from 'typescript';

import { objectTypes, resolve, root, schemas, unions } from './support.mjs';

const entry = `${root}typings/index.d.ts`;
const program = ts.createProgram([entry], { strict: true, exactOptionalPropertyTypes: true, noEmit: true });
const checker = program.getTypeChecker();
const declared = new Map(
  checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)))
    .map((symbol) => [symbol.name, symbol]),
);

const typeOf = (name) => checker.getDeclaredTypeOfSymbol(declared.get(name));

/** A type as the words that a schema would use for it, sorted: "null", "string", '"serial"', "array of integer" … */
function words(type) {
  if (type.isUnion()) return [...new Set(type.types.flatMap(words))].filter((word) => word !== 'undefined').sort();
  if (type.isStringLiteral()) return [JSON.stringify(type.value)];
  const text = checker.typeToString(type);
  if (['string', 'number', 'null', 'undefined', 'true'].includes(text)) return [text];
  if (text === 'false') return ['false'];
  if (text === 'boolean') return ['false', 'true'];
  // JSON has no bytes: a schema can say the string only.
  if (/^Uint8Array/.test(text)) return [];
  if (checker.isArrayType(type)) return [`array of ${words(checker.getTypeArguments(type)[0]).join('|')}`];
  const [index] = checker.getIndexInfosOfType(type);
  if (index !== undefined) return [`map to ${words(index.type).join('|')}`];
  return [type.symbol?.name ?? text];
}

function schemaWords(schema, home) {
  if (schema.anyOf) return [...new Set(schema.anyOf.flatMap((one) => schemaWords(one, home)))].sort();
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop();
    const found = resolve(schema, home);
    const title = found.schema.title ?? name;
    if (objectTypes.has(title)) return [title];
    if (unions.has(title)) return [...unions.get(title)].sort();
    return schemaWords(found.schema, found.home);
  }
  if ('const' in schema) return [JSON.stringify(schema.const)];
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).sort();
  return [schema.type]
    .flat()
    .flatMap((type) => schemaWord(type, schema, home))
    .sort();
}

function schemaWord(type, schema, home) {
  if (type === 'integer') return ['number'];
  if (type === 'boolean') return ['false', 'true'];
  if (type === 'array') return [`array of ${schemaWords(schema.items, home).join('|')}`];
  if (type === 'object') return [`map to ${schemaWords(schema.additionalProperties, home).join('|')}`];
  return [type];
}

/** Field to what it is: '?' when it may be absent, and its types. */
function declaredFields(name) {
  const fields = typeOf(name)
    .getProperties()
    .map((property) => {
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      return [property.name, `${optional ? '? ' : ''}${words(checker.getTypeOfSymbol(property)).join(' | ')}`];
    });
  return Object.fromEntries(fields.sort());
}

function schemaFields({ schema, home }) {
  const fields = Object.entries(schema.properties).map(([name, field]) => [
    name,
    `${schema.required.includes(name) ? '' : '? '}${schemaWords(field, home).join(' | ')}`,
  ]);
  return Object.fromEntries(fields.sort());
}

for (const [name, type] of objectTypes) {
  test(`${name}: the same fields, optional or not, of the same types`, () => {
    assert.ok(declared.has(name), `the typings export no ${name}`);
    assert.deepEqual(schemaFields(type), declaredFields(name));
    assert.equal(type.schema.additionalProperties, false, 'a schema that lets unknown fields pass hides a drift');
  });
}

for (const [name, variants] of unions) {
  test(`${name}: the same variants`, () => {
    assert.deepEqual([...variants].sort(), words(typeOf(name)));
  });
}

test('every declared interface has a schema, but for those that never leave JavaScript', () => {
  const local = [
    ...['ConcurrencyMetrics', 'ExecutionStats', 'ExecutionSummary'], // rows and counts of a running engine
    ...['AwsCliOptions', 'CloseOptions', 'ExecuteOptions', 'ScriptOptions', 'ShellOptions'], // options of calls
    ...['ErrorDetails', 'EventHandler', 'ExecutionEventMap', 'ExecutionIterator', 'OutputLine', 'TextTarget'],
    ...['EventBase', 'RequestOf'], // what several share
  ].sort();
  const isInterface = ({ flags }) => (flags & ts.SymbolFlags.Interface) !== 0 && (flags & ts.SymbolFlags.Class) === 0;
  const interfaces = [...declared.values()].filter(isInterface).map(({ name }) => name);
  assert.deepEqual(interfaces.filter((name) => !objectTypes.has(name)).sort(), local);
});

test('the defaults in the schema are those that the declarations and the engine name', () => {
  const header = readFileSync(`${root}src/core/model/config.hpp`, 'utf8');
  const properties = typeOf('EngineConfig').getProperties();
  for (const [name, { default: value }] of Object.entries(schemas.config.properties)) {
    if (value === undefined) continue;
    const doc = ts.displayPartsToString(properties.find((one) => one.name === name).getDocumentationComment(checker));
    const said = typeof value === 'string' ? `"${value}" (default)` : new RegExp(`[Dd]efault ${value}\\b`);
    assert.ok(
      typeof said === 'string' ? doc.includes(said) : said.test(doc),
      `${name} is ${value} here; there: ${doc}`,
    );
    const inCpp = new RegExp(`\\b${name} = (?:\\w+::)?([\\w']+);`).exec(header)?.[1].replaceAll("'", '');
    assert.equal(inCpp, String(value), name);
  }
});

test('both entries have declarations for those who resolve without `exports` too', (t) => {
  const project = mkdtempSync(join(tmpdir(), 'engine-typings-'));
  t.after(() => rmSync(project, { recursive: true }));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/cloudops-execution-engine'));
  const options = { moduleResolution: ts.ModuleResolutionKind.Node10, preserveSymlinks: true };
  const found = (name) =>
    ts.resolveModuleName(name, join(project, 'user.ts'), options, ts.sys).resolvedModule?.resolvedFileName;
  for (const [name, file] of [
    ['cloudops-execution-engine', 'index.d.ts'],
    ['cloudops-execution-engine/sidecar', 'sidecar.d.ts'],
  ]) {
    assert.equal(found(name), join(project, 'node_modules/cloudops-execution-engine/typings', file), name);
  }
});
