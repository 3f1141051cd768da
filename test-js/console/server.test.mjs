// The program that a person starts.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

import { root } from '../docs/blocks.mjs';
import {
  exec,
  hostSays,
  killAfter,
  marker,
  until,
  waitUntilGone,
  waitUntilPresent,
  watchHost,
  within,
} from '../support.mjs';
import { ask, openConsole, start } from './client.mjs';

const program = join(root, 'examples/console/server.mjs');

const startServer = (t, ...args) => watchHost(t, spawn(process.execPath, [program, ...args]));

async function urlOf(host) {
  await hostSays(host, 'Ctrl+C');
  return /^Open (http:\S+)$/m.exec(host.stdout)[1];
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`it prints an address that works; ${signal} ends it and all that runs`, async (t) => {
    const host = startServer(t);
    const url = await urlOf(host);
    assert.match((await ask(url)).text, /<title>Execution console<\/title>/);
    const mark = killAfter(t, marker());
    await start({ url }, exec('sleep', [mark]));
    await waitUntilPresent(mark, 1);
    host.child.kill(signal);
    assert.deepEqual(await within(8000, host.ended, 'the end of the server'), { code: 0, signal: null });
    await waitUntilGone(mark);
  });
}

test('killed without a chance to clean up, it leaves no command either', async (t) => {
  const host = startServer(t);
  const url = await urlOf(host);
  const mark = killAfter(t, marker());
  await start({ url }, exec('sleep', [mark]));
  await waitUntilPresent(mark, 1);
  host.child.kill('SIGKILL');
  await waitUntilGone(mark);
});

test('--port is the port', async (t) => {
  const taken = await openConsole(t);
  const { port } = new URL(taken.url);
  const second = startServer(t, '--port', port);
  assert.deepEqual(await within(8000, second.ended, 'its end'), { code: 1, signal: null });
  assert.equal(second.stderr, `Port ${port} is taken; choose another with --port.\n`);
  await taken.close();
  const host = startServer(t, `--port=${port}`);
  assert.equal(new URL(await urlOf(host)).port, port);
});

test('an address to listen on is not offered, and nonsense is refused', async (t) => {
  const cases = [
    [['--host', '0.0.0.0'], /Unknown option '--host'/],
    [['--port', '70000'], /--port is "70000"; it must be a number from 0 to 65535/],
    [['--port', '0x10'], /--port is "0x10"/],
    [['8080'], /Unexpected argument '8080'/],
  ];
  for (const [args, sentence] of cases) {
    const host = startServer(t, ...args);
    assert.deepEqual(await within(8000, host.ended, 'its end'), { code: 2, signal: null });
    assert.match(host.stderr, sentence);
    assert.match(host.stderr, /Usage: node examples\/console\/server\.mjs/);
    assert.equal(host.stdout, '');
  }
  const help = startServer(t, '--help');
  assert.equal((await within(8000, help.ended, 'its end')).code, 0);
  await until(() => help.stdout.startsWith('Usage:'), 1000, 'the usage');
});
