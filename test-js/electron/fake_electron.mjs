// As much of Electron as the example uses, with Electron's ways: arguments are cloned, a handler's rejection arrives as
// "Error invoking remote method", what is destroyed throws, and a reload takes all listeners of the page along.

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const preload = readFileSync(new URL('../../examples/electron/preload.cjs', import.meta.url), 'utf8');
export const home = 'app://local/index.html';
const turn = () => new Promise((resolve) => setImmediate(resolve));

export class FakeIpcMain extends EventEmitter {
  handlers = new Map();
  handle(channel, handler) {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.handlers.set(channel, handler);
  }
  removeHandler(channel) {
    this.handlers.delete(channel);
  }
}

/** A page within a window: what its preload script made of `engine`. */
class Page {
  listeners = new EventEmitter();
  gone = false;

  constructor(webContents, frame, ipcMain) {
    const event = () => ({ sender: webContents, senderFrame: frame, frameId: 1, processId: webContents.id });
    const sendEvent = (channel, args) => ipcMain.emit(channel, event(), ...args);
    this.invoke = async (channel, ...args) => {
      const cloned = structuredClone(args);
      await turn();
      const handler = ipcMain.handlers.get(channel);
      try {
        if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
        const answer = structuredClone(await handler(event(), ...cloned));
        // To a page that is gone no answer comes.
        return this.gone ? await new Promise(() => {}) : answer;
      } catch (error) {
        throw new Error(`Error invoking remote method '${channel}': ${error}`);
      }
    };
    const ipcRenderer = {
      invoke: this.invoke,
      on: (channel, listener) => this.listeners.on(channel, listener),
      send: (channel, ...args) => {
        const cloned = structuredClone(args);
        setImmediate(() => !webContents.isDestroyed() && sendEvent(channel, cloned));
      },
    };
    const contextBridge = { exposeInMainWorld: (name, api) => (this[name] = api) };
    const require = (name) => {
      if (name === 'electron') return { contextBridge, ipcRenderer };
      throw new Error(`module not found: ${name}`); // what the sandbox says
    };
    vm.runInNewContext(preload, { require });
  }
}

let lastId = 0;

export class FakeWebContents extends EventEmitter {
  id = ++lastId;
  sent = [];
  #destroyed = false;
  #ipcMain;

  constructor(ipcMain, url = home) {
    super();
    this.#ipcMain = ipcMain;
    this.#load(url);
  }
  #load(url) {
    this.mainFrame = { url, parent: null };
    this.page = new Page(this, this.mainFrame, this.#ipcMain);
  }
  isDestroyed() {
    return this.#destroyed;
  }
  send(channel, ...args) {
    if (this.#destroyed) throw new TypeError('Object has been destroyed');
    const cloned = structuredClone(args);
    this.sent.push({ channel, args: cloned });
    const { page } = this;
    setImmediate(() => !page.gone && page.listeners.emit(channel, {}, ...cloned));
  }
  /** Another page in the same window; `url` may be one that the example has not made. */
  reload(url = home) {
    this.emit('did-start-navigation', { url, isMainFrame: true, isSameDocument: false });
    this.page.gone = true;
    this.#load(url);
    return this.page;
  }
  crash() {
    this.page.gone = true;
    this.emit('render-process-gone', {}, { reason: 'crashed' });
  }
  destroy() {
    this.page.gone = true;
    this.#destroyed = true;
    this.emit('destroyed');
  }
  /** A frame within the page, with a bridge as if the preload script ran there too. */
  frame(url) {
    return new Page(this, { url, parent: this.mainFrame }, this.#ipcMain);
  }
}
