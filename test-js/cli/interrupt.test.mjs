// Signals that come before anything runs, and after all has ended.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { exec, tempDir, tempFile } from '../support.mjs';
import { run } from './cli.mjs';

/** Has the tool load this first, which can take a signal at a moment that none from outside could meet. */
const loading = (code) => ({
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require ${tempFile('first.cjs', code)}`,
});
const planOf = (...commands) =>
  tempFile('plan.json', JSON.stringify({ description: 'a test', strategy: { type: 'serial' }, commands }));

// SIGHUP is the last that it listens to: it hears of SIGINT already, and has asked the engine for nothing.
const early = `process.once('newListener', function listen(name) {
  if (name === 'SIGHUP') process.emit('SIGINT', 'SIGINT');
  else process.once('newListener', listen);
});`;

test('before anything has started: nothing does, 130', async (t) => {
  const ran = join(tempDir(), 'ran');
  for (const words of [
    ['run', '--', 'touch', ran],
    ['plan', planOf(exec('touch', [ran]))],
    ['plan', '--json', planOf(exec('touch', [ran]))],
  ]) {
    const { code, stdout, stderr } = await run(t, words, { env: loading(early) });
    assert.deepEqual([code, stdout], [130, ''], words[0]);
    assert.doesNotMatch(stderr, /abort|\n\s+at /i);
    assert.ok(!existsSync(ran), words[0]);
  }
});

const late = `const { write } = process.stdout;
process.stdout.write = function (text, ...more) {
  if (text.includes('┌')) process.emit('SIGINT', 'SIGINT');
  return write.call(this, text, ...more);
};`;

test('while the table of a plan that has ended is written: the exit code is the plan’s', async (t) => {
  for (const [program, code] of [
    ['true', 0],
    ['false', 1],
  ]) {
    const ended = await run(t, ['plan', planOf(exec(program))], { env: loading(late) });
    assert.equal(ended.code, code);
    assert.match(ended.stdout, /┌[^]*└/);
  }
});
