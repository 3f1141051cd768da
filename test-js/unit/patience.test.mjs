import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const { whileItAnswers } = createRequire(import.meta.url)('../../client/patience.js');

test('one that is heard of may take as long as it likes, and is asked once at a time', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let heard = 0;
  let asked = 0;
  let finish;
  const answer = new Promise((resolve) => (finish = resolve));
  const never = new Promise(() => {});
  const settled = whileItAnswers(answer, { ask: () => (asked++, never), heard: () => heard });
  for (let ms = 0; ms < 30_000; ms += 500) {
    if (ms % 5000 === 0) heard++;
    t.mock.timers.tick(500);
  }
  finish('done');
  assert.equal(await settled, 'done');
  assert.equal(asked, 1);
});
