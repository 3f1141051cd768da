import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { BrowserWindow, app, ipcMain, protocol, session } from 'electron';

import { ExecutionEngine } from 'cloudops-execution-engine';

import { commands } from './commands.mjs';
import { serveEngine } from './engine_ipc.mjs';
import { closeBeforeQuit } from './quit.mjs';

// A scheme of its own in place of file://, where every file of the machine would be of the same origin.
const home = 'app://local/';
protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);

/** All that there is to load; everything else is not found. */
const pages = {
  '/index.html': 'text/html; charset=utf-8',
  '/renderer.mjs': 'text/javascript; charset=utf-8',
  '/style.css': 'text/css; charset=utf-8',
};
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

async function load({ url }) {
  const { host, pathname } = new URL(url);
  const type = host === 'local' && Object.hasOwn(pages, pathname) ? pages[pathname] : undefined;
  if (type === undefined) return new Response('not found', { status: 404 });
  const body = await readFile(new URL(`./page${pathname}`, import.meta.url));
  return new Response(body, { headers: { 'content-type': type, 'content-security-policy': policy } });
}

function openWindow() {
  const window = new BrowserWindow({
    width: 900,
    height: 600,
    webPreferences: {
      preload: fileURLToPath(new URL('./preload.cjs', import.meta.url)),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
    },
  });
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  window.webContents.on('will-navigate', (event) => {
    if (!event.url.startsWith(home)) event.preventDefault();
  });
  window.loadURL(`${home}index.html`);
}

app.enableSandbox();
const engine = new ExecutionEngine({
  concurrency_policy: 'queue',
  max_concurrent_executions: 8,
  max_queued_executions: 100,
});
serveEngine({ ipcMain, engine, commands, isTrusted: (url) => url.startsWith(home) });
closeBeforeQuit(app, engine);
app.on('window-all-closed', () => app.quit());

await app.whenReady();
protocol.handle('app', load);
session.defaultSession.setPermissionRequestHandler((_webContents, _permission, decide) => decide(false));
openWindow();
