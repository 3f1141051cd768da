// docs/parity.md names tests that exist, and leaves nothing of the public interface out. That they pass is checked at the
// end of a run (scripts/steps/parity.mjs).

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import ts from 'typescript';

import { parityRows } from '../../scripts/parity.mjs';
import { objectTypes } from '../schemas/support.mjs';
import { root } from './blocks.mjs';

const rows = parityRows();
const named = new Set(rows.flatMap(({ here }) => [...here.matchAll(/`([^`]+)`/g)].map(([, name]) => name)));

const sources = new Map();
function sourceOf(file) {
  if (!sources.has(file)) sources.set(file, existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');
  return sources.get(file);
}

/** A test's name stands in its file as a string of its own; one made of parts has its parts in a template. */
function isThere({ file, name }) {
  const source = sourceOf(file);
  if (file.endsWith('.cpp')) return source.includes(`"${name}"`);
  const quoted = [`'${name}'`, `"${name}"`, `'${name.replaceAll("'", "\\'")}'`, `\`${name}\``];
  if (quoted.some((text) => source.includes(text))) return true;
  const made = [...source.matchAll(/test\(`([^`]*\$\{\w+\}[^`]*)`/g)].map(([, template]) => template);
  return made.some((template) => {
    const parts = template.split(/\$\{\w+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.+')}$`).test(name);
  });
}

test('every row names tests that exist', () => {
  assert.ok(rows.length > 100, `${rows.length} rows`);
  const missing = rows.flatMap(({ proofs }) => proofs).filter((proof) => !isThere(proof));
  assert.deepEqual(missing, []);
});

test('every field of every type is in a row', () => {
  const fields = [...objectTypes].flatMap(([type, { schema }]) =>
    Object.keys(schema.properties).map((field) => `${type}.${field}`),
  );
  assert.deepEqual(
    fields.filter((field) => !named.has(field)),
    [],
  );
});

test('every method, error code and kind is in a row', () => {
  const declarations = (file) =>
    ts.createSourceFile(file, readFileSync(join(root, 'typings', file), 'utf8'), ts.ScriptTarget.Latest);
  const emitter = ['on', 'once', 'off', 'emit', 'addListener', 'removeListener', 'prependListener'];
  emitter.push('prependOnceListener');
  const engine = declarations('engine.d.ts').statements.find((one) => one.name?.text === 'ExecutionEngine');
  const methods = engine.members.map((one) => (ts.isConstructorDeclaration(one) ? 'constructor' : one.name.text));
  const codes = declarations('errors.d.ts')
    .statements.filter((one) => ['ErrorCode', 'ValidationKind'].includes(one.name?.text))
    .flatMap(({ type }) => type.types.map(({ literal }) => literal.text));
  assert.ok(methods.includes('close') && codes.includes('INTERNAL') && codes.includes('INVALID_PLAN'));
  const expected = [...methods.filter((name) => name !== undefined && !emitter.includes(name)), ...codes];
  assert.deepEqual(
    expected.filter((name) => !named.has(name)),
    [],
  );
});
