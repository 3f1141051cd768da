// Who is let in to the console, and what everybody else is told.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { ask, openConsole, post } from './client.mjs';

/** The parts of a console's address. */
function partsOf(url) {
  const { origin, port, pathname } = new URL(url);
  return { origin, port, token: pathname.slice(1, -1) };
}

/** Paths that answer 200 to a page of the console itself. */
const paths = ['', 'app.mjs', 'api/examples'];

describe('the token', () => {
  test('is long, random, and different in each console', async (t) => {
    const [one, two] = [await openConsole(t), await openConsole(t)].map(({ url }) => partsOf(url).token);
    assert.equal(Buffer.from(one, 'base64url').length, 32);
    assert.notEqual(one, two);
  });

  test('without it, or with a wrong one, every request is refused with 403 and a sentence', async (t) => {
    const { url } = await openConsole(t);
    const { origin, token } = partsOf(url);
    const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const path of [...paths, 'api/changes']) {
      for (const prefix of ['/', `/${wrong}/`, `/${token.slice(0, 20)}/`, `/x/${token}/`, `/?token=${token}/`]) {
        const { status, text } = await ask(origin + prefix + path);
        assert.equal(status, 403, prefix + path);
        assert.match(text, /token is missing or wrong.*Open the whole address/);
      }
    }
    for (const path of paths) assert.equal((await ask(url + path)).status, 200, path);
  });

  test('without it nothing is started', async (t) => {
    const { url } = await openConsole(t);
    const request = { command: { type: 'shell', command: 'true' } };
    assert.equal((await post(`${partsOf(url).origin}/api/executions`, request)).status, 403);
    const { text } = await post(`${url}api/executions`, request);
    assert.match(text, /"id"/, 'the same request with the token is accepted');
  });
});

describe('Host', () => {
  test('any name but the address that was printed is refused with 421', async (t) => {
    const { url } = await openConsole(t);
    const { port } = partsOf(url);
    const names = [`evil.example:${port}`, `localhost:${port}`, '127.0.0.1', `127.0.0.1:${Number(port) ^ 1}`];
    for (const host of names) {
      const { status, text } = await ask(url, { headers: { host } });
      assert.equal(status, 421, host);
      assert.equal(text, `This server answers to 127.0.0.1:${port} only.\n`);
    }
  });
});

describe('Origin', () => {
  const strangers = ['https://evil.example', 'null', 'http://127.0.0.1', 'http://localhost:80'];

  test('other pages are refused with 403, streams included', async (t) => {
    const { url } = await openConsole(t);
    for (const path of [...paths, 'api/changes']) {
      for (const origin of strangers) {
        const { status, text } = await ask(url + path, { headers: { origin } });
        assert.equal(status, 403, `${origin} ${path}`);
        assert.equal(text, 'Other web pages may not use this server.\n');
      }
    }
    assert.equal((await ask(url, { headers: { origin: partsOf(url).origin } })).status, 200);
  });

  test('so are requests that the browser says come from elsewhere', async (t) => {
    const { url } = await openConsole(t);
    const statusFrom = async (site) => (await ask(url, { headers: { 'sec-fetch-site': site } })).status;
    assert.equal(await statusFrom('cross-site'), 403);
    assert.equal(await statusFrom('same-site'), 403);
    assert.equal(await statusFrom('none'), 200);
    assert.equal(await statusFrom('same-origin'), 200);
  });
});

test('it listens on 127.0.0.1 and nowhere else', async (t) => {
  const { url } = await openConsole(t);
  const port = Number(partsOf(url).port).toString(16).toUpperCase().padStart(4, '0');
  const listening = '0A';
  const found = ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/net/${name}`, 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, address, , state]) => address?.endsWith(`:${port}`) && state === listening)
      .map(([, address]) => address),
  );
  assert.deepEqual(found, [`0100007F:${port}`]);
});

describe('those who are let in', () => {
  test('get nothing that comes from elsewhere or goes there', async (t) => {
    const { url } = await openConsole(t);
    for (const path of [...paths, 'nothing/here']) {
      const { headers } = await ask(url + path);
      const policy = headers['content-security-policy'];
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /require-trusted-types-for 'script'/);
      assert.doesNotMatch(policy, /unsafe|http|\*/);
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['access-control-allow-origin'], undefined);
    }
  });

  test('are told what is wrong with a request', async (t) => {
    const { url } = await openConsole(t);
    const json = { 'Content-Type': 'application/json' };
    const target = `${url}api/executions`;
    const cases = [
      [404, /nothing here/, await ask(`${url}nothing`)],
      [404, /nothing here/, await ask(`${url}..%2fserver.mjs`)],
      [404, /nothing here/, await ask(`${url}api/executions/not-an-id/output`)],
      [404, /No execution has the id/, await ask(`${target}/00000000-0000-4000-8000-000000000000/output`)],
      [405, /GET is not possible/, await ask(target)],
      [415, /must be application\/json/, await ask(target, { method: 'POST', body: '{}' })],
      [400, /is not JSON/, await ask(target, { method: 'POST', headers: json, body: '{' })],
      [
        413,
        /larger than 1048576 bytes/,
        await ask(target, { method: 'POST', headers: json, body: ' '.repeat(2 ** 20 + 1) }),
      ],
    ];
    for (const [status, sentence, answer] of cases) {
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.json().error.message, sentence);
    }
    assert.equal((await ask(target)).headers.allow, 'POST');
  });
});
