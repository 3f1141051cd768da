import { register } from 'node:module';

import { exec, shell } from '../../lib/index.mjs';
import { makeEngine, until } from '../support.mjs';
import { FakeIpcMain, FakeWebContents } from './fake_electron.mjs';

register('./resolve.mjs', import.meta.url);
const { serveEngine } = await import('../../examples/electron/engine_ipc.mjs');

const commands = {
  echo: ({ word }) => exec('echo', [word]),
  // Few lines that are a lot of bytes: more than pipe and engine hold.
  seq: ({ to }) => exec('seq', ['-f', '%0500.0f', String(to)]),
  fail: () => exec('false'),
  wait: () => shell`echo started; exec sleep 1000`,
  cat: () => exec('cat', [], { stdin: { type: 'pipe' } }),
  broken: () => ({ command: { type: 'shell', command: '' } }),
  bug: () => commands.none.at(0),
};

/** The served engine of an application, and its windows. */
export function makeApp(t, limits) {
  const engine = makeEngine(t, { concurrency_policy: 'queue' });
  const ipcMain = new FakeIpcMain();
  const stop = serveEngine({ ipcMain, engine, commands, isTrusted: (url) => url.startsWith('app://local/'), limits });
  return { engine, ipcMain, stop, openWindow: (url) => new FakeWebContents(ipcMain, url) };
}

/** A page that keeps all it is sent; it has dealt with a batch when what `show` returns has settled. */
export async function openPage(page, show = () => undefined) {
  const events = [];
  page.engine.onEvents(async (batch) => {
    events.push(...batch.events);
    await show(batch);
  });
  const { page: number, executions } = valueOf(await page.engine.attach());
  return { engine: page.engine, number, executions, events };
}

export const start = async ({ engine }, name, parameters) => valueOf(await engine.start(name, parameters));

export function valueOf({ value, error }) {
  if (error !== undefined) throw Object.assign(new Error(error.message), error);
  return value;
}

const ends = new Set(['completed', 'failed', 'timeout', 'cancelled']);
/** How an execution ended, as the page is told of it: by an event, or by what it got when it was loaded. */
export function ended({ events, executions }, id) {
  const told = executions.find((one) => one.id === id)?.status;
  const isEnd = (event) => event.execution_id === id && ends.has(event.event_type);
  const seen = () => (ends.has(told) ? told : events.findLast(isEnd)?.event_type);
  return until(seen, 20_000, 'the end of an execution');
}
export const linesOf = ({ events }, id) =>
  events.filter((event) => event.execution_id === id && 'line' in event).map(({ line }) => line);
