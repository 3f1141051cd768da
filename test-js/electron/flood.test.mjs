// What keeps a flood of output from drowning a page: batches, acknowledgements, and a child that waits.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from '../support.mjs';
import { ended, linesOf, makeApp, openPage, start, valueOf } from './support.mjs';

const lines = 20_000;

/** A page that shows nothing until it is let. */
function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { show: () => opened, open };
}

test('a flood comes in batches, complete and in order', async (t) => {
  const window = makeApp(t, { limit: 100 }).openWindow();
  const page = await openPage(window.page);
  const id = await start(page, 'seq', { to: lines });
  await ended(page, id);
  assert.deepEqual(
    linesOf(page, id).map(Number),
    Array.from({ length: lines }, (_, i) => i + 1),
  );
  const sizes = window.sent.map(({ args }) => args[0].events.length);
  assert.ok(Math.max(...sizes) <= 100, `a batch of ${Math.max(...sizes)}`);
  assert.ok(window.sent.length < lines / 10, `${window.sent.length} messages`);
});

test('a page that does not keep up holds its own command back, and no other', async (t) => {
  const { engine, openWindow } = makeApp(t, { limit: 100, inFlight: 3 });
  const [slowWindow, quickWindow] = [openWindow(), openWindow()];
  const { show, open } = gate();
  const slow = await openPage(slowWindow.page, show);
  const quick = await openPage(quickWindow.page);
  const held = await start(slow, 'seq', { to: lines });
  await until(() => slowWindow.sent.length === 3, 5000);

  // The same work for a page that keeps up runs to its end meanwhile.
  await ended(quick, await start(quick, 'seq', { to: lines }));
  assert.equal(slowWindow.sent.length, 3);
  assert.equal(await engine.getStatus(held), 'running');

  open();
  await ended(slow, held);
  assert.equal(linesOf(slow, held).length, lines);
});

test('one that is held back can be cancelled, and reloading the page frees it', async (t) => {
  const { engine, openWindow } = makeApp(t, { limit: 100, inFlight: 3 });
  const window = openWindow();
  const { show } = gate();
  const stuck = await openPage(window.page, show);
  const [first, second] = [await start(stuck, 'seq', { to: lines }), await start(stuck, 'seq', { to: lines })];
  await until(() => window.sent.length === 3, 5000);
  assert.deepEqual(await stuck.engine.cancel(first), { value: undefined });

  const fresh = await openPage(window.reload());
  await ended(fresh, second);
  const { executions } = valueOf(await fresh.engine.attach());
  assert.deepEqual(
    executions.map(({ status }) => status),
    ['cancelled', 'completed'],
  );
  assert.equal((await engine.getResult(first)).status, 'cancelled');
});

test('acknowledgements that nobody owes open no gate', async (t) => {
  const { ipcMain, openWindow } = makeApp(t, { limit: 100, inFlight: 2 });
  const window = openWindow();
  const { show } = gate();
  const page = await openPage(window.page, show);
  await start(page, 'seq', { to: lines });
  await until(() => window.sent.length === 2, 5000);
  const { mainFrame } = window;
  for (const number of [page.number - 1, page.number + 1, undefined, '1', {}]) {
    ipcMain.emit('engine:acknowledge', { sender: window, senderFrame: mainFrame }, number);
  }
  ipcMain.emit('engine:acknowledge', { sender: window, senderFrame: null }, page.number);
  ipcMain.emit('engine:acknowledge', { sender: openWindow(), senderFrame: mainFrame }, page.number);
  assert.equal(window.sent.length, 2);
  ipcMain.emit('engine:acknowledge', { sender: window, senderFrame: mainFrame }, page.number);
  await until(() => window.sent.length === 3, 5000);
});

test('a few lines are not kept waiting for more', async (t) => {
  const window = makeApp(t, { limit: 1000, everyMs: 16 }).openWindow();
  const page = await openPage(window.page);
  const id = await start(page, 'wait');
  await until(() => linesOf(page, id).length === 1, 5000);
  await page.engine.cancel(id);
});

test('of many that have ended the oldest are forgotten, of those that run none', async (t) => {
  const page = await openPage(makeApp(t, { keepExecutions: 3 }).openWindow().page);
  const running = await start(page, 'wait');
  const ids = [];
  for (const word of 'abcd') {
    ids.push(await start(page, 'echo', { word }));
    await ended(page, ids.at(-1));
  }
  const { executions } = valueOf(await page.engine.attach());
  assert.deepEqual(
    executions.map(({ id }) => id),
    [running, ids[2], ids[3]],
  );
  await page.engine.cancel(running);
});
