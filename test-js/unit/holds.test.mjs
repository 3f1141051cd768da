// The executions whose events the sidecar lets wait.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

const { Holds } = createRequire(import.meta.url)('../../cli/sidecar/holds.js');

const id = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';
const other = '11111111-1111-4111-8111-111111111111';

function holding(...ids) {
  const holds = new Holds();
  for (const each of ids) holds.begin(each);
  return holds;
}

/** Says, turn by turn, whether `passed` has resolved. */
function waiter(holds, of = id) {
  let isThrough = false;
  holds.passed(of).then(() => (isThrough = true));
  return async () => {
    await turn();
    return isThrough;
  };
}

test('what is not held passes at once', async () => {
  const holds = holding(id);
  assert.equal(holds.has(id), false);
  assert.equal(await waiter(holds)(), true);
  assert.equal(await waiter(holds, other)(), true);
});

test('held, all who come wait until it is let go', async () => {
  const holds = holding(id);
  holds.hold(id);
  assert.equal(holds.has(id), true);
  const [first, second] = [waiter(holds), waiter(holds)];
  assert.deepEqual([await first(), await second()], [false, false]);
  holds.release(id);
  assert.equal(holds.has(id), false);
  assert.deepEqual([await first(), await second()], [true, true]);
});

test('one that is held holds up no other', async () => {
  const holds = holding(id, other);
  holds.hold(id);
  assert.equal(await waiter(holds, other)(), true);
  const held = waiter(holds);
  holds.release(other);
  holds.end(other);
  assert.equal(await held(), false);
});

test('ids may come in capitals', async () => {
  const holds = holding(id);
  holds.hold(id.toUpperCase());
  const held = waiter(holds);
  assert.equal(await held(), false);
  holds.release(id.toUpperCase());
  assert.equal(await held(), true);
});

test('only what has begun and not ended can be held', async () => {
  const holds = holding(other);
  holds.hold(id);
  assert.equal(holds.has(id), false);
  holds.begin(id);
  holds.hold(id);
  holds.end(id);
  holds.hold(id);
  assert.equal(holds.has(id), false);
  assert.equal(await waiter(holds)(), true);
  holds.begin(id);
  holds.hold(id);
  assert.equal(holds.has(id), true, 'an id that is used again');
});

test('the end lets go', async () => {
  const holds = holding(id, other);
  for (const each of [id, other]) holds.hold(each);
  const [first, second] = [waiter(holds), waiter(holds, other)];
  holds.end(id);
  assert.deepEqual([await first(), await second()], [true, false]);
});

test('the end of all lets all go, and nothing can be held afterwards', async () => {
  const holds = holding(id, other);
  for (const each of [id, other]) holds.hold(each);
  const both = [waiter(holds), waiter(holds, other)];
  holds.endAll();
  assert.deepEqual([await both[0](), await both[1]()], [true, true]);
  for (const each of [id, other]) holds.hold(each);
  assert.deepEqual([holds.has(id), holds.has(other)], [false, false]);
});

test('held twice, it is let go once, and nobody is forgotten', async () => {
  const holds = holding(id);
  holds.hold(id);
  const early = waiter(holds);
  holds.hold(id);
  holds.begin(id);
  const late = waiter(holds);
  assert.deepEqual([await early(), await late()], [false, false]);
  holds.release(id);
  assert.deepEqual([await early(), await late()], [true, true]);
});

test('let go and held again before those who wait could go on, they wait on', async () => {
  const holds = holding(id);
  holds.hold(id);
  const held = waiter(holds);
  await held();
  holds.release(id);
  holds.hold(id);
  assert.equal(await held(), false);
  holds.release(id);
  assert.equal(await held(), true);
});

test('letting go what is not held, or not there, changes nothing', () => {
  const holds = holding(id);
  for (const each of [id, other]) holds.release(each);
  for (const each of [id, other]) holds.hold(each);
  assert.deepEqual([holds.has(id), holds.has(other)], [true, false]);
});
