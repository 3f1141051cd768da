// What docs/storage.md says of memory: the bound on all kept output, and how an output comes back.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import { makeEngine, shell } from '../support.mjs';

const letters = (letter, count) => shell(`printf '%*s' ${count} '' | tr ' ' ${letter}`);

test('over max_in_memory_output_bytes the oldest output comes back from its log, or says what was dropped', async (t) => {
  const engine = makeEngine(t, { max_in_memory_output_bytes: 2500 });
  const results = [];
  for (const letter of 'abc') results.push(await engine.run(letters(letter, 999)));
  const [oldest, second, last] = results;

  // The log adds a newline to a line that lacks one, so it does not hold exactly these bytes.
  const dropped = await engine.getResult(oldest.id);
  assert.match(dropped.stdout, /^\[output dropped from memory: 999 bytes, over max_in_memory_output_bytes\]\n$/);
  assert.equal(dropped.output_truncated, true);
  assert.equal(dropped.stdout_bytes, 999);
  for (const kept of [second, last]) assert.deepEqual(await engine.getResult(kept.id), kept);
});

test('what the log holds exactly is restored, and no longer when the log was changed or is gone', async (t) => {
  const engine = makeEngine(t, { max_in_memory_output_bytes: 3000 });
  const lines = await engine.run(shell('seq 1 400'));
  await engine.run(letters('z', 2999));
  assert.deepEqual(await engine.getResult(lines.id), lines);
  assert.equal((await engine.readOutput(lines.id, 'stdout')).toString(), lines.stdout);

  const changes = [
    () => writeFileSync(lines.log_path, lines.stdout.replace('400', '4oo')),
    () => rmSync(lines.log_path),
  ];
  for (const change of changes) {
    change();
    const gone = await engine.getResult(lines.id);
    assert.match(gone.stdout, /^\[output dropped from memory: \d+ bytes/);
    assert.equal(gone.status, 'completed');
  }
});
