// Speaking to the server. All addresses are relative to the page's own, which holds the token.

/** A refusal of the server or the engine. */
export class Refusal extends Error {
  constructor(status, { message, code, field } = {}) {
    super(message ?? `The server answered with status ${status}.`);
    this.code = code;
    this.field = field;
  }
}

async function ask(path, options) {
  const response = await fetch(path, options);
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new Refusal(response.status, body.error);
}

export const get = async (path) => (await ask(path)).json();

export const post = async (path, body = {}) =>
  (
    await ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  ).json();

/**
 * The records of a stream, an array for what came together. More is fetched only when the next array is asked for, so
 * a page that is busy makes the server wait.
 */
export async function* stream(path, signal) {
  const { body } = await ask(path, { signal });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let open = '';
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const rows = (open + value).split('\n');
    open = rows.pop();
    if (rows.length > 0) yield rows.map((row) => JSON.parse(row));
  }
}
