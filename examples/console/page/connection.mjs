// A stream that is taken up again: after the connection was lost, and when a hidden page is looked at again. A page that
// nobody sees reads nothing and so holds no command back.

import { stream } from './api.mjs';

const retryMs = 1000;

const shown = () =>
  new Promise((resolve) => {
    const look = () => {
      if (document.hidden) return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    look();
  });

/** Aborts when the page is hidden or `signal` aborts. */
function whileShown(signal) {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const look = () => document.hidden && stop();
  document.addEventListener('visibilitychange', look, { signal: controller.signal });
  signal.addEventListener('abort', stop, { signal: controller.signal });
  if (signal.aborted) stop();
  return controller;
}

/**
 * @param {object} parts
 * @param {() => string} parts.path asked for each connection
 * @param {(records: object[]) => unknown} parts.take awaited; true: the end has come
 * @param {(error?: Error) => void} [parts.onLost]
 * @param {AbortSignal} parts.signal ends it
 */
export async function keepReading({ path, take, onLost = () => {}, signal }) {
  while (!signal.aborted) {
    await shown();
    const connection = whileShown(signal);
    try {
      for await (const records of stream(path(), connection.signal)) if (await take(records)) return;
      onLost();
    } catch (error) {
      if (!connection.signal.aborted) onLost(error);
      if (error.code === 'NOT_FOUND') return;
    } finally {
      connection.abort();
    }
    if (!signal.aborted && !document.hidden) await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
