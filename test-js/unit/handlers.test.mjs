import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ConsoleHandler, JsonLinesHandler, fakeEngine, id, turn } from './fake_engine.mjs';

function file(t) {
  const folder = mkdtempSync(join(tmpdir(), 'engine-handlers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'events.jsonl');
}
/** How many descriptors of this process lead there. */
const descriptorsOf = (path) =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      // That of the listing itself.
      return false;
    }
  }).length;
const parsed = (path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

test('ConsoleHandler: stdout lines to out, the rest to err', () => {
  const { engine, native } = fakeEngine();
  const texts = { out: '', err: '' };
  const target = (name) => ({ write: (text) => (texts[name] += text) });
  engine.addEventHandler(new ConsoleHandler({ out: target('out'), err: target('err') }));
  native.hooks.started(id, 'ls -l', 'now');
  native.output(id, ['a']);
  native.output(id, ['b'], { stream: 'stderr' });
  native.finish(id, 'failed', { exit_code: 3, error: 'exited with code 3' });
  native.finish(id, 'completed', { duration: '2s' });
  native.hooks.progress(id, 1, 2, 'ls', 'now');
  native.hooks.progress(id, 2, 2, null, 'now');
  assert.equal(texts.out, '[6f9619ff] a\n');
  assert.deepEqual(
    texts.err.split('\n').map((line) => line.slice(11)),
    ['$ ls -l', 'b', 'failed: exited with code 3', 'completed after 2s', '1 of 2: ls', '2 of 2', ''],
  );
});

test('JsonLinesHandler: every event as a line, written within a turn; mode 0600; appended to', async (t) => {
  const path = file(t);
  const { engine, native } = fakeEngine();
  const handler = new JsonLinesHandler(path);
  const seen = [];
  engine.on('event', (event) => seen.push(event));
  engine.addEventHandler(handler);
  native.output(id, ['a', 'b']);
  await turn();
  assert.deepEqual(parsed(path), seen);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  native.finish(id);
  handler.close();
  handler.close();
  native.output(id, ['after close']);
  const again = new JsonLinesHandler(path);
  again.onEvent(seen[0]);
  again.close();
  assert.deepEqual(parsed(path), [...seen.slice(0, 3), seen[0]]);
});

test('JsonLinesHandler: goes on at the new end of a file that was truncated', async (t) => {
  const path = file(t);
  const { engine, native } = fakeEngine();
  engine.addEventHandler(new JsonLinesHandler(path));
  native.output(id, ['a', 'b']);
  await turn();
  truncateSync(path);
  native.output(id, ['c']);
  await turn();
  assert.deepEqual(
    parsed(path).map(({ line }) => line),
    ['c'],
  );
});

test('JsonLinesHandler: keeps little in memory', (t) => {
  const path = file(t);
  const { engine, native } = fakeEngine();
  engine.addEventHandler(new JsonLinesHandler(path));
  native.output(id, Array(2000).fill('x'.repeat(80)));
  assert.ok(statSync(path).size > 64 * 1024, 'most of it is written before the turn ends');
});

test('JsonLinesHandler: does not follow a symbolic link', (t) => {
  const path = file(t);
  symlinkSync('/dev/null', path);
  assert.throws(() => new JsonLinesHandler(path), { code: 'ELOOP' });
});

test('JsonLinesHandler: a failed write surfaces with the next event, or at close', async () => {
  const { engine, native } = fakeEngine();
  const errors = [];
  engine.on('handlerError', (error) => errors.push(error.code));
  const handler = new JsonLinesHandler('/dev/full');
  engine.addEventHandler(handler);
  native.output(id, ['a']);
  await turn();
  native.output(id, ['b']);
  assert.deepEqual(errors, ['ENOSPC']);
  native.output(id, ['c']);
  assert.throws(() => handler.close(), { code: 'ENOSPC' });
});

test('JsonLinesHandler: a close that throws has closed the file, and tells of a write that failed before it', async () => {
  const handler = new JsonLinesHandler('/dev/full');
  assert.equal(descriptorsOf('/dev/full'), 1);
  handler.onEvent({ line: 'a' });
  await turn();
  assert.throws(() => handler.close(), { code: 'ENOSPC' });
  assert.equal(descriptorsOf('/dev/full'), 0);
  handler.close();

  const atClose = new JsonLinesHandler('/dev/full');
  atClose.onEvent({ line: 'a' });
  assert.throws(() => atClose.close(), { code: 'ENOSPC' });
  assert.equal(descriptorsOf('/dev/full'), 0);
});

/** A pipe instead of a file: what is written while nobody reads it fails. */
function pipe(t) {
  const path = file(t);
  execFileSync('mkfifo', [path]);
  const open = () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let reader = open();
  t.after(() => closeSync(reader));
  return {
    path,
    leave: () => closeSync(reader),
    comeBack: () => (reader = open()),
    lines: () => parsed(reader).map(({ line }) => line),
  };
}

test('JsonLinesHandler: what an earlier write failed with costs no later event', async (t) => {
  const target = pipe(t);
  const { engine, native } = fakeEngine();
  const errors = [];
  engine.on('handlerError', (error) => errors.push(error.code));
  const handler = new JsonLinesHandler(target.path);
  engine.addEventHandler(handler);
  target.leave();
  native.output(id, ['lost']);
  await turn();
  target.comeBack();
  native.output(id, ['told of it']);
  native.output(id, ['next']);
  handler.close();
  assert.deepEqual(errors, ['EPIPE']);
  assert.deepEqual(target.lines(), ['told of it', 'next']);
});

test('JsonLinesHandler: what comes after half a line that could be written is a line', (t) => {
  const path = file(t);
  const script = `
    const { JsonLinesHandler } = require(${JSON.stringify(fileURLToPath(new URL('../../lib/index.js', import.meta.url)))});
    const { truncateSync } = require('node:fs');
    const handler = new JsonLinesHandler(${JSON.stringify(path)});
    const long = { line: 'a'.repeat(70_000) };
    try { handler.onEvent(long); } catch ({ code }) { console.log(code); }
    truncateSync(${JSON.stringify(path)}, 100);
    handler.onEvent({ line: 'after' });
    handler.close();`;
  // Files end at 64 KiB, and the signal that says so is ignored.
  const limited = `trap '' XFSZ; ulimit -f 64; exec "$0" -e "$1"`;
  const told = execFileSync('bash', ['-c', limited, process.execPath, script], { encoding: 'utf8' });
  assert.equal(told, 'EFBIG\n');
  const [torn, ...lines] = readFileSync(path, 'utf8').split('\n');
  assert.equal(torn.length, 100);
  assert.deepEqual(lines, ['{"line":"after"}', '']);
});
