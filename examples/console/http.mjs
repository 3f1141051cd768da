// Reading requests and writing responses.

/** Sent with everything. Trusted Types make the browser refuse every assignment of text as HTML. */
const headersOfAll = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  // The address holds the token: no other site may learn it.
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

const bodyLimit = 1024 * 1024;

/** A refusal with its status, for the person who asked. */
export class HttpError extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

const statusOfCode = {
  VALIDATION: 400,
  NOT_FOUND: 404,
  NOT_RUNNING: 409,
  QUEUE_FULL: 503,
  CONCURRENCY_LIMIT_REACHED: 503,
  ENGINE_CLOSED: 503,
};

export function send(response, status, type, body, headers = {}) {
  response.writeHead(status, { ...headersOfAll, 'Content-Type': type, ...headers });
  response.end(body);
}

export const sendJson = (response, status, value) =>
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(value));

/** For a request that did not come from the page, whose body nobody reads. */
export function sendRefusal(response, { status, text }) {
  send(response, status, 'text/plain; charset=utf-8', `${text}\n`, { Connection: 'close' });
}

/** An error of ours or of the engine, as { error: { message, code?, kind?, field? } }. */
export function sendError(response, error) {
  const status = error instanceof HttpError ? error.status : (statusOfCode[error.code] ?? 500);
  if (status === 500) console.error(error);
  if (response.headersSent) return response.destroy();
  const { message, code, kind, field } = error;
  for (const [name, value] of Object.entries(error.headers ?? {})) response.setHeader(name, value);
  sendJson(response, status, { error: { message, code, kind, field } });
}

/** @param {import('node:http').IncomingMessage} request */
export async function readJson(request) {
  // A form of a foreign page cannot be sent as this type.
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json(;|$)/i.test(type)) throw new HttpError(415, 'The body must be application/json.');
  const chunks = [];
  let size = 0;
  // Destroying the request would take the answer's socket with it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > bodyLimit)
      throw new HttpError(413, `The body is larger than ${bodyLimit} bytes.`, { Connection: 'close' });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new HttpError(400, `The body is not JSON: ${error.message}`);
  }
}

/**
 * Writes what a source gives until it ends or the page has gone. Asks for more only when the socket has taken what came
 * before, so that a page which reads slowly is the one that waits.
 *
 * @param {import('node:http').ServerResponse} response
 * @param {{ next(): Promise<string | Buffer | undefined>, close(): void }} source `close` makes a pending `next` resolve
 */
export async function sendStream(response, source) {
  // It may have gone already.
  if (response.destroyed) return source.close();
  response.once('close', () => source.close());
  response.writeHead(200, { ...headersOfAll, 'Content-Type': 'application/x-ndjson; charset=utf-8' });
  response.flushHeaders();
  for (let piece = await source.next(); piece !== undefined; piece = await source.next()) {
    if (!response.write(piece)) await drained(response);
    if (response.destroyed) return;
  }
  response.end();
}

function drained(response) {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
    if (response.destroyed) done();
  });
}
