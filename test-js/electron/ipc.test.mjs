// examples/electron/engine_ipc.mjs, driven as windows drive it, against an Electron that is a stand-in.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from '../support.mjs';
import { home } from './fake_electron.mjs';
import { ended, linesOf, makeApp, openPage, start, valueOf } from './support.mjs';

const word = "it's $HOME";

test('a window starts what is allowed, is told of all of it, and gets the result', async (t) => {
  const page = await openPage(makeApp(t).openWindow().page);
  const id = await start(page, 'echo', { word });
  await ended(page, id);
  assert.deepEqual(
    page.events.map(({ event_type }) => event_type),
    ['started', 'stdout', 'completed'],
  );
  assert.deepEqual(linesOf(page, id), [word]);
  assert.equal('stdout' in page.events.at(-1).result, false);
  assert.equal(valueOf(await page.engine.result(id)).stdout, `${word}\n`);
});

test('errors keep their code, kind and field; of a bug a window learns nothing but that', async (t) => {
  const { page } = makeApp(t).openWindow();
  const errorOf = async (answer) => (await answer).error;
  const { code, kind, field } = await errorOf(page.engine.start('broken'));
  assert.deepEqual([code, kind, field], ['VALIDATION', 'INVALID_COMMAND', 'command.command']);
  for (const name of ['nothing', 'constructor', '__proto__', 7, undefined, null]) {
    assert.equal((await errorOf(page.engine.start(name))).code, 'NOT_FOUND', String(name));
  }
  t.mock.method(console, 'error', () => {});
  const bug = await errorOf(page.engine.start('bug'));
  assert.equal(bug.code, 'INTERNAL');
  assert.doesNotMatch(bug.message, /undefined|at\(/);
  assert.equal(console.error.mock.callCount(), 1);
});

test('what cannot be cloned does not reach the main process', async (t) => {
  const { page } = makeApp(t).openWindow();
  await assert.rejects(page.engine.start('echo', { word: () => 1 }), { name: 'DataCloneError' });
});

test('only the main frame of the own page may ask', async (t) => {
  const { ipcMain, openWindow } = makeApp(t);
  const window = openWindow();
  const strangers = [
    window.frame(home),
    openWindow('https://example.org/').page,
    window.frame('https://example.org/'),
    openWindow('app://local.example.org/').page,
  ];
  for (const stranger of strangers) {
    for (const call of ['attach', 'start', 'cancel', 'result']) {
      assert.equal((await stranger.engine[call]('echo', { word })).error?.code, 'FORBIDDEN', call);
    }
  }
  // A frame that went away while its message was under way.
  for (const senderFrame of [null, undefined]) {
    const answer = await ipcMain.handlers.get('engine:start')({ sender: window, senderFrame }, 'echo', { word });
    assert.equal(answer.error.code, 'FORBIDDEN');
  }
});

test('a window sees, cancels and reads only what is its own', async (t) => {
  const { engine, openWindow } = makeApp(t);
  const [one, other] = [openWindow(), openWindow()];
  const [mine, theirs] = [await openPage(one.page), await openPage(other.page)];
  const waiting = await start(mine, 'wait');
  const id = await start(theirs, 'echo', { word });
  await ended(theirs, id);
  await until(() => linesOf(mine, waiting).length === 1, 5000);
  assert.ok(mine.events.every(({ execution_id }) => execution_id === waiting));
  assert.ok(theirs.events.every(({ execution_id }) => execution_id === id));

  for (const call of ['cancel', 'result']) {
    assert.equal((await theirs.engine[call](waiting)).error.code, 'NOT_FOUND', call);
  }
  for (const bad of [undefined, null, {}, 7]) assert.equal((await mine.engine.cancel(bad)).error.code, 'NOT_FOUND');
  assert.equal(await engine.getStatus(waiting), 'running');
  assert.deepEqual(await mine.engine.cancel(waiting), { value: undefined });
  assert.equal(await ended(mine, waiting), 'cancelled');
});

test('a page that is loaded anew gets what has been and what comes, each line once', async (t) => {
  const window = makeApp(t).openWindow();
  const before = await openPage(window.page);
  const id = await start(before, 'cat');
  const other = await start(before, 'seq', { to: 20_000 });
  await until(() => linesOf(before, other).length > 0, 5000);

  const after = await openPage(window.reload());
  assert.equal(after.number, before.number + 1);
  const [cat, seq] = after.executions;
  assert.deepEqual([cat.id, cat.name, cat.status], [id, 'cat', 'running']);
  await ended(after, other);
  const lines = [...seq.lines.map(({ line }) => line), ...linesOf(after, other)];
  assert.equal(seq.dropped + lines.length, 20_000);
  assert.deepEqual(
    lines.map(Number),
    Array.from(lines, (_, i) => seq.dropped + 1 + i),
  );
  await after.engine.cancel(id);
  assert.equal(await ended(after, id), 'cancelled');
});

test('while there is no page nobody is held back, and the next one has the last lines', async (t) => {
  const { engine, openWindow } = makeApp(t, { keepLines: 100 });
  const window = openWindow();
  const id = await start({ engine: window.page.engine }, 'seq', { to: 20_000 });
  window.crash();
  await engine.waitForCompletion(id);
  const page = window.reload();
  const seen = await until(async () => {
    const { executions } = valueOf(await page.engine.attach());
    return executions[0].status === 'completed' && executions[0];
  }, 10_000);
  assert.equal(seen.lines.length, 100);
  assert.equal(Number(seen.lines.at(-1).line), 20_000);
  assert.equal(seen.dropped, 19_900);
});

test('a window that is closed takes what it runs along, and is sent nothing more', async (t) => {
  const { engine, openWindow } = makeApp(t);
  const [closing, staying] = [openWindow(), openWindow()];
  const page = await openPage(closing.page);
  const other = await openPage(staying.page);
  const id = await start(page, 'wait');
  const kept = await start(other, 'wait');
  await until(() => linesOf(page, id).length === 1, 5000);
  closing.destroy();
  assert.equal((await engine.waitForCompletion(id)).status, 'cancelled');
  assert.equal(await engine.getStatus(kept), 'running');
  await other.engine.cancel(kept);
  await ended(other, kept);
});

test('a window that is closed while its command is being accepted leaves nothing running', async (t) => {
  const { engine, ipcMain, openWindow } = makeApp(t);
  const window = openWindow();
  const event = { sender: window, senderFrame: window.mainFrame };
  const starting = ipcMain.handlers.get('engine:start')(event, 'wait');
  window.destroy();
  const id = valueOf(await starting);
  assert.equal((await engine.waitForCompletion(id)).status, 'cancelled');
});

test('afterwards nothing is served', async (t) => {
  const { ipcMain, openWindow, stop } = makeApp(t);
  const { page } = openWindow();
  stop();
  await assert.rejects(page.engine.attach(), /No handler registered for 'engine:attach'/);
  assert.equal(ipcMain.listenerCount('engine:acknowledge'), 0);
});
