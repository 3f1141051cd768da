// The field lists of the C++ side: core/model/fields.hpp, which both the JSON codec and the binding show, and the codec of
// requests. Read as text, because no object with an unexpected state can be provoked from outside.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { objectTypes, root } from './support.mjs';

const fields = readFileSync(`${root}src/core/model/fields.hpp`, 'utf8');
const namesIn = (text, pattern) => [...new Set([...text.matchAll(pattern)].map((match) => match[1]))].sort();

/** The names that visit_fields shows of one C++ type. */
function shownOf(type) {
  const start = fields.search(new RegExp(`void visit_fields\\(const ${type}& `));
  assert.notEqual(start, -1, `fields.hpp shows no ${type}`);
  const body = fields.slice(start, fields.indexOf('\n}', start));
  return namesIn(body, /\bvisit(?:_results)?\("(\w+)"/g);
}

/** Name in the schemas to name in C++, where they differ. */
const inCpp = { FinishedEvent: ['CompletedEvent', 'FailedEvent', 'TimeoutEvent', 'CancelledEvent'] };
const ofSchema = (name) => Object.keys(objectTypes.get(name).schema.properties);

const same = ['ExecutionResult', 'Termination', 'SentSignal', 'ResourceUsage', 'ExecutionMetadata', 'PlanStats'];
for (const type of [...same, 'PlanExecutionResult', 'StartedEvent', 'LineEvent', 'ProgressEvent']) {
  test(`${type}: C++ shows the fields of the schema`, () => assert.deepEqual(shownOf(type), ofSchema(type).sort()));
}
for (const [type, names] of Object.entries(inCpp)) {
  test(`${type}: C++ shows the fields of ${names.join(', ')}`, () => {
    assert.deepEqual(shownOf(type), [...new Set(names.flatMap(ofSchema))].sort());
  });
}

test('the C++ codec writes every field of a request, and no other', () => {
  const codec = readFileSync(`${root}src/core/codec/request_json.cpp`, 'utf8');
  const written = new Set(namesIn(codec, /\badd_\w+\(object, "(\w+)"/g).concat('args'));
  const types = [...objectTypes.keys()].filter((name) => /Command$|^Stdin|^ExecutionRequest$/.test(name));
  assert.deepEqual([...written].sort(), [...new Set(types.flatMap(ofSchema))].sort());
});
