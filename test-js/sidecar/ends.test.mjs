// How a SidecarEngine ends: by close, with its sidecar, with its process.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { SidecarEngine } from '../../client/index.mjs';
import { runModule, startModule } from '../reliability/support.mjs';
import {
  alive,
  exec,
  hostSays,
  killAfter,
  marker,
  shell,
  tempDir,
  until,
  waitUntilGone,
  waitUntilPresent,
  within,
  withCode,
} from '../support.mjs';

import { makeSidecar } from './support.mjs';

const client = new URL('../../client/index.mjs', import.meta.url).href;

test('close ends the sidecar and what it runs; then every call rejects', async (t) => {
  const mark = killAfter(t, marker());
  const engine = makeSidecar(t);
  const { pid } = await engine.ready;
  const id = await engine.execute(shell(`setsid sleep ${mark} & sleep ${mark}`));
  const running = engine.waitForCompletion(id);
  await waitUntilPresent(mark, 2);
  await engine.close();
  assert.equal((await running).termination.cause, 'shutdown');
  assert.equal(alive(pid), false);
  await waitUntilGone(mark, 500);
  await assert.rejects(engine.getStats(), withCode('ENGINE_CLOSED'));
  assert.throws(() => engine.startCleanupTask(), withCode('ENGINE_CLOSED'));
  assert.throws(() => engine.addEventHandler({ onEvent() {} }), withCode('ENGINE_CLOSED'));
  engine.stopCleanupTask();
  await engine.close();
});

test('close options that are not allowed close nothing', async (t) => {
  const engine = makeSidecar(t);
  await assert.rejects(engine.close({ mode: 'gently' }), withCode('VALIDATION'));
  engine.startCleanupTask();
  const seen = [];
  engine.addEventHandler({ onEvent: ({ event_type: type }) => seen.push(type) });
  assert.equal((await engine.run(exec('true'))).success, true);
  assert.deepEqual(seen, ['started', 'completed']);
});

test('a sidecar that dies: what is outstanding rejects, iterators too', async (t) => {
  const engine = makeSidecar(t);
  const { pid } = await engine.ready;
  const id = await engine.execute(shell('echo first; sleep 50'));
  const [lines, events] = [engine.lines(id), engine.events(id)];
  assert.equal((await lines.next()).value.line, 'first');
  for (const expected of ['started', 'stdout']) assert.equal((await events.next()).value.event_type, expected);
  // By then the iterators know that it runs: they ask for nothing any more.
  assert.equal(await engine.getStatus(id), 'running');
  const outcomes = Promise.allSettled([engine.waitForCompletion(id), lines.next(), events.next()]);
  process.kill(pid, 'SIGKILL');
  for (const { reason } of await within(5000, outcomes, 'the rejections')) assert.equal(reason.code, 'IO');
  await assert.rejects(engine.getStats(), withCode('IO'));
});

test('a sidecar that cannot be started', async () => {
  const engine = new SidecarEngine({}, { command: ['/nowhere/sidecar'] });
  await assert.rejects(engine.run(exec('true')), withCode('IO', { message: /ENOENT/ }));
  await engine.close();
});

test('idle, it keeps no process alive; with a running execution it does, and dies with it', async (t) => {
  const client = fileURLToPath(new URL('../../client/index.js', import.meta.url));
  const done = join(tempDir(), 'done');
  const script = `
    const { SidecarEngine } = require(${JSON.stringify(client)});
    const engine = new SidecarEngine({ log_dir: null });
    engine.on('completed', ({ result }) => console.log(result.stdout.trim()));
    engine.execute({ command: { type: 'shell', command: 'sleep 0.3; echo late; touch ${done}' } });
    engine.ready.then(({ pid }) => console.log(pid));`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  await within(8000, new Promise((resolve) => child.on('close', resolve)), 'the end of the script');
  const [pid, late] = text.split('\n');
  assert.equal(late, 'late');
  assert.ok(existsSync(done));
  await until(() => !alive(pid), 3000, 'the end of the sidecar');
});

test('every close counts: one that cancels ends one that waits, one that is not allowed is refused', async (t) => {
  const engine = makeSidecar(t);
  const running = engine.waitForCompletion(await engine.execute(exec('sleep', ['50'])));
  const draining = engine.close({ mode: 'drain', timeout_ms: 60_000 });
  await assert.rejects(engine.close({ mode: 'gently' }), withCode('VALIDATION'));
  await assert.rejects(engine.close({ timeout_ms: 1n }), withCode('VALIDATION', { field: 'timeout_ms' }));
  await within(10_000, Promise.all([engine.close({ mode: 'cancel' }), draining]), 'both ends');
  assert.equal((await running).status, 'cancelled');
});

describe('close ends a sidecar', { concurrency: true }, () => {
  test('that does not answer any more, and what it runs', async (t) => {
    const mark = killAfter(t, marker());
    const engine = makeSidecar(t);
    const { pid } = await engine.ready;
    const outcome = assert.rejects(engine.run(shell(`sleep ${mark}`)), withCode('ENGINE_CLOSED'));
    await waitUntilPresent(mark, 1);
    process.kill(pid, 'SIGSTOP');
    await within(40_000, engine.close({ mode: 'drain', timeout_ms: 1000 }), 'the end');
    await outcome;
    assert.equal(alive(pid), false);
    await waitUntilGone(mark);
  });

  test('that never said a word', async (t) => {
    const engine = makeSidecar(t, {}, { command: ['sleep', '50'] });
    const outcome = assert.rejects(engine.ready, withCode('ENGINE_CLOSED'));
    await within(40_000, engine.close(), 'the end');
    await outcome;
  });
});

/** A transport that does nothing by itself; `over` replaces what it does. */
const idle = (over) => ({ start: () => {}, send: () => {}, close: () => {}, ...over });
const never = () => new Promise(() => {});

describe('a transport that fails its engine', { concurrency: true }, () => {
  test('one that takes no message and then ends', async () => {
    let end;
    const transport = idle({ start: (handlers) => void ({ end } = handlers), send: never });
    const engine = new SidecarEngine({}, { transport });
    const running = assert.rejects(engine.run(exec('true')), withCode('IO', { message: /has ended: gone/ }));
    await new Promise(setImmediate);
    end('gone');
    await within(5000, running, 'the call');
    await engine.close();
  });

  test('one that never starts, and one that starts when nobody waits for it any more', async () => {
    const closes = [];
    let started;
    const late = idle({
      start: () => new Promise((resolve) => (started = resolve)),
      close: () => closes.push('closed'),
    });
    for (const transport of [idle({ start: never }), late]) {
      const engine = new SidecarEngine({}, { transport });
      const running = assert.rejects(engine.run(exec('true')), withCode('ENGINE_CLOSED'));
      await within(60_000, engine.close(), 'closing');
      await within(5000, running, 'the call');
    }
    started();
    await until(() => closes.length === 2, 5000, 'the second end');
  });

  test('one that never closes, and one that cannot', async () => {
    const reply = (over) => {
      let line;
      return idle({
        start: (handlers) => void ({ line } = handlers),
        send: (text) =>
          void setImmediate(() => line(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(text).id, result: {} }))),
        ...over,
      });
    };
    await within(60_000, new SidecarEngine({}, { transport: reply({ close: never }) }).close(), 'closing');
    const engine = new SidecarEngine({}, { transport: reply({ close: () => Promise.reject(new Error('no')) }) });
    await assert.rejects(engine.close(), withCode('IO', { message: /could not be closed: .*no/ }));
  });

  test('one whose end comes with the answers: they count', async () => {
    let handlers;
    const transport = idle({ start: (given) => void (handlers = given), send: () => {} });
    const engine = new SidecarEngine({}, { transport });
    const calls = [engine.ready, engine.getStats()];
    await new Promise(setImmediate);
    for (const id of [1, 2]) handlers.line(JSON.stringify({ jsonrpc: '2.0', id, result: id }));
    handlers.end('gone');
    assert.deepEqual(await within(5000, Promise.all(calls), 'both'), [1, 2]);
    await engine.close();
  });
});

test('without free descriptors every call says so, and the next engine works when they are back', async (t) => {
  const outcome = await runModule(
    t,
    `
    import fs from 'node:fs';
    import { SidecarEngine } from ${JSON.stringify(client)};
    const early = new SidecarEngine({ log_dir: null });
    await early.close();
    const taken = [];
    try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
    const codes = [];
    for (let free = 0; free < 8; free++) {
      const engine = new SidecarEngine({ log_dir: null });
      const code = await engine.run(exec('true')).then(() => 'ran', (error) => error.code);
      codes.push(code);
      await engine.close();
      fs.closeSync(taken.pop());
    }
    for (const fd of taken) fs.closeSync(fd);
    const engine = new SidecarEngine({ log_dir: null });
    const { stdout } = await engine.run(shell('echo back'));
    await engine.close();
    console.log(JSON.stringify({ codes, stdout }));`,
    { before: 'ulimit -n 64' },
  );
  assert.equal(outcome.codes[0], 'IO');
  assert.ok(
    outcome.codes.every((code) => code === 'IO' || code === 'ran'),
    outcome.codes,
  );
  assert.equal(outcome.stdout, 'back\n');
});

test('a process whose engine is closed ends at once', async (t) => {
  const host = startModule(
    t,
    `
    import { SidecarEngine } from ${JSON.stringify(client)};
    const engine = new SidecarEngine({ log_dir: null });
    await engine.ready;
    await engine.close();
    console.log('closed');`,
  );
  await hostSays(host, 'closed');
  await within(3000, host.ended, 'the end of the process');
});
