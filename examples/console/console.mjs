// Engine, session and HTTP server put together.

import { once } from 'node:events';
import { createServer } from 'node:http';

import { ExecutionEngine } from 'cloudops-execution-engine';

import { Access, host } from './access.mjs';
import { sendRefusal } from './http.mjs';
import { makeRouter } from './routes.mjs';
import { Session } from './session.mjs';

/** More commands than this wait for their turn. */
const slots = 8;

/**
 * @param {object} [options]
 * @param {number} [options.port] 0: a free one
 * @param {import('cloudops-execution-engine').EngineConfig} [options.config] over the console's own settings
 * @param {Partial<import('./session.mjs').Limits>} [options.limits] of what is kept in memory
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `close` ends everything that runs
 */
export async function startConsole({ port = 0, config = {}, limits = {} } = {}) {
  const engine = new ExecutionEngine({
    concurrency_policy: 'queue',
    max_concurrent_executions: slots,
    ...config,
  });
  const session = new Session(engine, limits);
  const server = createServer();
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    await engine.close();
    throw error;
  }
  const access = new Access(server.address().port);
  const route = makeRouter(session);
  server.on('request', (request, response) => {
    const refusal = access.check(request);
    if (refusal) sendRefusal(response, refusal);
    else void route(request, response, access.pathOf(request));
  });

  let closing;
  const close = async () => {
    // The commands first, so that the pages still hear how they ended.
    await engine.close();
    session.close();
    server.close();
    server.closeIdleConnections();
    // What a page does not read would stay for ever.
    setTimeout(() => server.closeAllConnections(), 500).unref();
    await once(server, 'close');
  };
  return { url: access.url, close: () => (closing ??= close()) };
}
