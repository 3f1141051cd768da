// Which children are held back because an iterator of the sidecar's client falls behind.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const { Flow } = createRequire(import.meta.url)('../../client/flow.js');

const full = 256 * 1024;
const low = 64 * 1024;

function makeFlow() {
  const told = [];
  const flow = new Flow({ hold: (id) => told.push(`hold ${id}`), release: (id) => told.push(`release ${id}`) });
  return { flow, told };
}

test('a child is held at 256 Ki characters that nobody has consumed, and told so once', () => {
  const { flow, told } = makeFlow();
  flow.arrived('a', full - 1);
  assert.deepEqual(told, []);
  flow.arrived('a', 1);
  assert.deepEqual(told, ['hold a']);
  flow.arrived('a', full);
  assert.deepEqual(told, ['hold a']);
});

test('it is let go when no more than 64 Ki are left, once', () => {
  const { flow, told } = makeFlow();
  flow.arrived('a', full);
  flow.consumed('a', full - low - 1);
  assert.deepEqual(told, ['hold a']);
  flow.consumed('a', 1);
  assert.deepEqual(told, ['hold a', 'release a']);
  flow.consumed('a', low);
  assert.deepEqual(told, ['hold a', 'release a']);
});

test('let go, it is held again as soon as so much lies there again', () => {
  const { flow, told } = makeFlow();
  for (let i = 0; i < 3; i++) {
    flow.arrived('a', full);
    flow.consumed('a', full);
  }
  assert.deepEqual(told, Array(3).fill(['hold a', 'release a']).flat());
  flow.arrived('a', full - 1);
  assert.equal(told.length, 6);
  flow.arrived('a', 1);
  assert.equal(told.length, 7);
});

test('whoever keeps up is never held, however much comes', () => {
  const { flow, told } = makeFlow();
  for (let i = 0; i < 100; i++) {
    flow.arrived('a', full - 1);
    flow.consumed('a', full - 1);
  }
  assert.deepEqual(told, []);
});

test('each execution is counted by itself', () => {
  const { flow, told } = makeFlow();
  flow.arrived('a', full - 1);
  flow.arrived('b', full - 1);
  assert.deepEqual(told, []);
  flow.arrived('b', 1);
  flow.consumed('a', full - 1);
  assert.deepEqual(told, ['hold b']);
});

test('what has ended is let go by nobody, and its id begins anew', () => {
  const { flow, told } = makeFlow();
  flow.arrived('a', full);
  flow.ended('a');
  flow.consumed('a', full);
  assert.deepEqual(told, ['hold a']);
  flow.arrived('a', full - 1);
  assert.deepEqual(told, ['hold a']);
  flow.arrived('a', 1);
  assert.deepEqual(told, ['hold a', 'hold a']);
});

test('what is consumed or ends without having come is nobody’s', () => {
  const { flow, told } = makeFlow();
  flow.consumed('a', full);
  flow.ended('a');
  flow.arrived('a', full);
  assert.deepEqual(told, ['hold a']);
});
