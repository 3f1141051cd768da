// examples/electron/main.mjs as a whole, and its end, with a stand-in for Electron.

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import './support.mjs';
import { FakeIpcMain, FakeWebContents, home } from './fake_electron.mjs';
import { openPage, start, ended } from './support.mjs';

const example = new URL('../../examples/electron/', import.meta.url);

/** Quits as Electron does: unless a listener prevents it. */
class FakeApp extends EventEmitter {
  quits = 0;
  sandboxed = false;
  enableSandbox() {
    this.sandboxed = true;
  }
  whenReady() {
    return Promise.resolve();
  }
  quit() {
    this.quits += 1;
    let prevented = false;
    this.emit('will-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.emit('quit');
  }
}

function fakeElectron() {
  const windows = [];
  const ipcMain = new FakeIpcMain();
  class BrowserWindow {
    webContents = new FakeWebContents(ipcMain);
    constructor(options) {
      this.options = options;
      this.webContents.setWindowOpenHandler = (handler) => (this.openHandler = handler);
      windows.push(this);
    }
    loadURL(url) {
      this.url = url;
    }
  }
  const protocol = {
    registerSchemesAsPrivileged: (schemes) => (protocol.schemes = schemes),
    handle: (scheme, handler) => (protocol[scheme] = handler),
  };
  const session = { defaultSession: { setPermissionRequestHandler: (handler) => (session.permission = handler) } };
  return { app: new FakeApp(), BrowserWindow, ipcMain, protocol, session, windows };
}

test('the application starts locked down, runs a command, and quits when nothing runs any more', async (t) => {
  const electron = (globalThis.fakeElectron = fakeElectron());
  const { app, protocol, session, windows } = electron;
  await import(new URL('main.mjs', example));
  const [window] = windows;

  assert.equal(app.sandboxed, true);
  const { preload, ...preferences } = window.options.webPreferences;
  assert.equal(preload, new URL('preload.cjs', example).pathname);
  assert.deepEqual(preferences, { contextIsolation: true, sandbox: true, nodeIntegration: false });
  assert.deepEqual(window.openHandler({ url: 'https://example.org/' }), { action: 'deny' });
  session.permission(null, 'camera', (granted) => assert.equal(granted, false));
  const navigate = (url) => {
    let prevented = false;
    window.webContents.emit('will-navigate', { url, preventDefault: () => (prevented = true) });
    return !prevented;
  };
  assert.deepEqual(
    [navigate(home), navigate('https://example.org/'), navigate('file:///etc/passwd')],
    [true, false, false],
  );

  // The page and all it names are served, under a policy that lets nothing else in; nothing else is.
  assert.equal(window.url, home);
  const html = await protocol.app({ url: home });
  const policy = html.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  const named = [...(await html.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(named, ['style.css', 'renderer.mjs']);
  for (const name of named) {
    const file = await protocol.app({ url: new URL(name, home).href });
    assert.equal(await file.text(), readFileSync(new URL(`page/${name}`, example), 'utf8'));
  }
  for (const url of ['app://local/main.mjs', 'app://local/..%2fmain.mjs', 'app://other/index.html', 'app://local/']) {
    assert.equal((await protocol.app({ url })).status, 404, url);
  }

  const page = await openPage(window.webContents.page);
  await ended(page, await start(page, 'count', { to: 1 }));
  assert.equal((await page.engine.start('count', { to: '$(id)' })).error.field, 'to');
  const running = await start(page, 'count', { to: 100 });

  t.after(() => delete globalThis.fakeElectron);
  const quit = once(app, 'quit');
  app.emit('window-all-closed');
  app.quit();
  await quit;
  assert.equal(await ended(page, running), 'cancelled');
});

test('quitting closes the engine once, and quits also when that fails', async (t) => {
  const { closeBeforeQuit } = await import(new URL('quit.mjs', example));
  t.mock.method(console, 'error', () => {});
  const app = new FakeApp();
  const closes = [];
  closeBeforeQuit(app, { close: (options) => (closes.push(options), Promise.reject(new Error('no'))) });
  const quit = once(app, 'quit');
  app.quit();
  app.quit();
  await quit;
  assert.deepEqual(closes, [{ mode: 'cancel', timeout_ms: 2000 }]);
  assert.equal(app.quits, 3);
  assert.equal(console.error.mock.callCount(), 1);
});

test('its package.json unpacks the addon, and its version of the engine is this one', () => {
  const { build, dependencies, main } = JSON.parse(readFileSync(new URL('package.json', example), 'utf8'));
  assert.deepEqual(build.asarUnpack, ['node_modules/cloudops-execution-engine/**/*.node']);
  assert.equal(dependencies['cloudops-execution-engine'], 'file:../..');
  assert.ok(readFileSync(new URL(main, example)).length > 0);
});
