import { ExecutionError } from 'cloudops-execution-engine';

import { WindowSession } from './window_session.mjs';

/**
 * Lets windows use an engine: start what `commands` allows, cancel, ask for results; a window sees only what it has
 * started. Every answer is `{ value }` or `{ error: { code, kind, field, message } }`, because an error that is thrown
 * loses all but its message on the way through IPC.
 *
 * @param {object} options
 * @param {Pick<Electron.IpcMain, 'handle' | 'on' | 'off' | 'removeHandler'>} options.ipcMain
 * @param {import('cloudops-execution-engine').ExecutionEngine} options.engine
 * @param {Record<string, (parameters: unknown) => object>} options.commands name to what makes a request
 * @param {(url: string) => boolean} options.isTrusted whether a page with this address may ask
 * @param {object} [options.limits] of WindowSession
 * @returns {() => void} stops serving
 */
export function serveEngine({ ipcMain, engine, commands, isTrusted, limits }) {
  const sessions = new Map();

  function sessionOf(webContents) {
    let session = sessions.get(webContents);
    if (session !== undefined) return session;
    session = new WindowSession(webContents, limits);
    sessions.set(webContents, session);
    webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) session.detach();
    });
    webContents.on('render-process-gone', () => session.detach());
    webContents.once('destroyed', () => {
      sessions.delete(webContents);
      session.detach();
      // Nobody is left who could see or stop them.
      for (const id of session.running) cancelQuietly(engine, id);
    });
    return session;
  }

  const owned = (session, id) => {
    if (typeof id === 'string' && session.owns(id)) return id;
    throw new ExecutionError('NOT_FOUND', 'this window has started no such execution');
  };

  const answers = {
    attach: ({ session }) => session.attach(),
    async start({ session, webContents }, name, parameters) {
      const id = await engine.execute(requestOf(commands, name, parameters));
      const events = engine.events(id);
      if (webContents.isDestroyed()) cancelQuietly(engine, id);
      session.follow(id, name, events).catch((error) => console.error(`events of ${id}:`, error));
      return id;
    },
    cancel: ({ session }, id) => engine.cancel(owned(session, id)),
    result: ({ session }, id) => engine.getResult(owned(session, id)),
  };

  for (const [name, answer] of Object.entries(answers)) {
    ipcMain.handle(`engine:${name}`, async (event, ...args) => {
      try {
        requireTrusted(event, isTrusted);
        return { value: await answer({ session: sessionOf(event.sender), webContents: event.sender }, ...args) };
      } catch (error) {
        return { error: describe(error) };
      }
    });
  }
  const onAcknowledge = (event, page) => {
    if (mayAsk(event, isTrusted)) sessions.get(event.sender)?.acknowledge(page);
  };
  ipcMain.on('engine:acknowledge', onAcknowledge);

  return () => {
    for (const name of Object.keys(answers)) ipcMain.removeHandler(`engine:${name}`);
    ipcMain.off('engine:acknowledge', onAcknowledge);
    for (const session of sessions.values()) session.detach();
    sessions.clear();
  };
}

function requestOf(commands, name, parameters) {
  if (typeof name === 'string' && Object.hasOwn(commands, name)) return commands[name](parameters);
  throw new ExecutionError('NOT_FOUND', `there is no command ${JSON.stringify(name)}`);
}

/** The window's own page, and no frame within it; a frame that is gone is none. */
function mayAsk({ sender, senderFrame }, isTrusted) {
  return Boolean(senderFrame) && senderFrame === sender.mainFrame && isTrusted(senderFrame.url);
}

function requireTrusted(event, isTrusted) {
  if (mayAsk(event, isTrusted)) return;
  throw Object.assign(new Error('this page may not use the engine'), { code: 'FORBIDDEN' });
}

/** Code and sentence of an expected failure; of a bug no more than that there was one. */
function describe(error) {
  if (error?.code === undefined) {
    console.error(error);
    return { code: 'INTERNAL', message: 'the request failed; the log of the main process says why' };
  }
  const { code, kind, field, message } = error;
  return { code, kind, field, message };
}

/** One that has just ended by itself needs no cancelling. */
function cancelQuietly(engine, id) {
  engine.cancel(id).catch((error) => {
    if (!['NOT_RUNNING', 'NOT_FOUND', 'ENGINE_CLOSED'].includes(error.code)) console.error(`cancel ${id}:`, error);
  });
}
