// A console of its own for each test, and a client that says what a browser would not let a page say.

import { request } from 'node:http';
import { join } from 'node:path';

import { startConsole } from '../../examples/console/console.mjs';
import { tempDir, until } from '../support.mjs';

/** @param {object} [options] of startConsole */
export async function openConsole(t, options = {}) {
  const config = { log_dir: join(tempDir(), 'logs'), kill_grace_period_ms: 300, ...options.config };
  const console = await startConsole({ ...options, config });
  t.after(() => console.close());
  return console;
}

function begin(url, { method = 'GET', headers = {}, body }) {
  const asked = request(url, { method, headers, agent: false });
  const answered = new Promise((resolve, reject) => asked.on('response', resolve).on('error', reject));
  asked.end(body);
  return { asked, answered };
}

/** One request and its whole answer. */
export async function ask(url, options = {}) {
  const response = await begin(url, options).answered;
  const chunks = await response.toArray();
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode, headers: response.headers, text, json: () => JSON.parse(text) };
}

export const post = (url, value = {}) =>
  ask(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) });

/** Starts a command or plan; its id. */
export async function start({ url }, value) {
  const answer = await post(`${url}api/${value.commands ? 'plans' : 'executions'}`, value);
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return answer.json().id;
}

/** A stream of records that goes on; closed with the test. */
export async function openStream(t, url) {
  const { asked, answered } = begin(url, {});
  const response = await answered;
  const stream = { status: response.statusCode, records: [], response, leave: () => asked.destroy() };
  t.after(() => stream.leave());
  let open = '';
  response.setEncoding('utf8').on('data', (text) => {
    const rows = (open + text).split('\n');
    open = rows.pop();
    stream.records.push(...rows.map((row) => JSON.parse(row)));
  });
  stream.ended = new Promise((resolve) => {
    response.on('end', () => resolve('end'));
    response.on('error', () => resolve('broken'));
  });
  return stream;
}

/** The last record of an entry that satisfies `wanted`. */
export const told = (changes, id, wanted, ms = 10_000) =>
  until(
    () => {
      const last = changes.records.findLast((record) => record.id === id);
      return last !== undefined && wanted(last) && last;
    },
    ms,
    `the page to be told: ${wanted}`,
  );

const isOver = ({ status }) => status !== 'pending' && status !== 'running';
export const toldOver = (changes, id, ms) => told(changes, id, isOver, ms);

/** All of an execution's output as [kind, text] rows; ends when the execution does. */
export async function outputOf({ url }, id, query = '') {
  const { text } = await ask(`${url}api/executions/${id}/output${query}`);
  return text
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row));
}
