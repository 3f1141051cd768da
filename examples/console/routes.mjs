// What can be asked for, behind the token.

import { examplePlans } from './example_plans.mjs';
import { HttpError, readJson, send, sendError, sendJson, sendStream } from './http.mjs';
import { pageFiles } from './page_files.mjs';

/** @param {import('./session.mjs').Session} session */
function makeRoutes(session) {
  const id = '([0-9a-f-]{36})';
  return [
    ['GET', '/api/changes', async ({ response }) => sendStream(response, await session.changes())],
    ['GET', '/api/examples', async ({ response }) => sendJson(response, 200, await examplePlans())],
    [
      'POST',
      '/api/executions',
      async ({ request, response }) => sendJson(response, 201, { id: await session.execute(await readJson(request)) }),
    ],
    [
      'POST',
      '/api/plans',
      async ({ request, response }) => sendJson(response, 201, { id: await session.runPlan(await readJson(request)) }),
    ],
    [
      'POST',
      `/api/(?:executions|plans)/${id}/cancel`,
      async ({ response, match }) => {
        await session.cancel(match[1]);
        sendJson(response, 202, {});
      },
    ],
    [
      'GET',
      `/api/executions/${id}/output`,
      ({ request, response, match }) => sendStream(response, session.output(match[1], firstLineAsked(request))),
    ],
  ].map(([method, path, answer]) => ({ method, path: new RegExp(`^${path}$`), answer }));
}

/** `?from=<line>`: a page that was away wants only what it has not had. */
function firstLineAsked({ url }) {
  const from = new URLSearchParams(url.split('?')[1]).get('from') ?? '0';
  if (!/^\d{1,15}$/.test(from)) throw new HttpError(400, `from is "${from}"; it must be the number of a line`);
  return Number(from);
}

/** @returns {(request: object, response: object, path: string) => Promise<void>} answers, errors included */
export function makeRouter(session) {
  const routes = makeRoutes(session);
  const files = pageFiles();
  return async (request, response, path) => {
    try {
      const file = files.get(path);
      const found = routes.filter((route) => route.path.test(path));
      const methods = file ? ['GET'] : found.map(({ method }) => method);
      if (methods.length === 0) throw new HttpError(404, 'There is nothing here.');
      if (!methods.includes(request.method))
        throw new HttpError(405, `${request.method} is not possible here.`, { Allow: methods.join(', ') });
      if (file) return send(response, 200, file.type, file.content);
      const { answer, path: pattern } = found.find(({ method }) => method === request.method);
      await answer({ request, response, match: pattern.exec(path) });
    } catch (error) {
      sendError(response, error);
    }
  };
}
