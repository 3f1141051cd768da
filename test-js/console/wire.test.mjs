// The console without a browser: starting, streaming, cancelling, plans, and what happens when somebody leaves.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import {
  exec,
  holdings,
  killAfter,
  marker,
  shell,
  tempFile,
  until,
  waitUntilGone,
  waitUntilPresent,
  within,
} from '../support.mjs';
import { ask, openConsole, openStream, outputOf, post, start, told, toldOver } from './client.mjs';

const linesIn = (rows) => rows.filter(Array.isArray);
const changesOf = (t, { url }) => openStream(t, `${url}api/changes`);

test('a shell command: its states, its lines in order, its result without the text', async (t) => {
  const console = await openConsole(t);
  const changes = await changesOf(t, console);
  const go = tempFile('go', '');
  const wait = `while [ ! -s ${go} ]; do sleep 0.02; done`;
  const id = await start(console, shell(`echo one; echo two >&2; ${wait}; echo three; exit 4`));
  const running = await told(changes, id, ({ status, command }) => status === 'running' && command !== undefined);
  assert.equal(running.type, 'shell');
  assert.match(running.command, /^echo one; echo two/);

  const output = await openStream(t, `${console.url}api/executions/${id}/output`);
  await until(() => linesIn(output.records).length === 2, 5000, 'two lines while it runs');
  writeFileSync(go, 'go');

  const { result, status } = await toldOver(changes, id);
  assert.equal(status, 'failed');
  assert.equal(result.exit_code, 4);
  assert.ok(result.resource_usage.max_rss_bytes > 0);
  assert.equal('stdout' in result, false);
  assert.equal(await output.ended, 'end');
  assert.deepEqual(output.records[0], { first: 0 });
  assert.deepEqual(
    linesIn(output.records)
      .map(([kind, text]) => `${kind} ${text}`)
      .sort(),
    ['err two', 'out one', 'out three'],
  );
  assert.deepEqual(output.records.at(-1), { total: 3 });
});

test('exec and script commands', async (t) => {
  const console = await openConsole(t);
  const program = await start(console, exec('printf', ['%s\\n', '$HOME <b>']));
  assert.deepEqual(linesIn(await outputOf(console, program)), [['out', '$HOME <b>']]);
  const path = tempFile('script.sh', '#!/bin/sh\necho "hello $1"\n', 0o755);
  const script = await start(console, { command: { type: 'script', path, args: ['there'] } });
  assert.deepEqual(linesIn(await outputOf(console, script)), [['out', 'hello there']]);
});

test('what the engine refuses is a 400 with kind and field, and nothing is listed', async (t) => {
  const console = await openConsole(t);
  const { status, json } = await post(`${console.url}api/executions`, exec('no-such-program-anywhere'));
  assert.equal(status, 400);
  assert.equal(json().error.kind, 'INVALID_COMMAND');
  assert.equal(json().error.field, 'command.program');
  for (const wrong of [null, 7, [], { commands: [null] }, { commands: 'x' }])
    assert.equal((await post(`${console.url}api/plans`, wrong)).status, 400, JSON.stringify(wrong));
  const changes = await changesOf(t, console);
  await until(() => changes.records.length > 0, 5000, 'the greeting');
  assert.deepEqual(
    changes.records.map(({ kind }) => kind),
    ['console'],
  );
});

test('cancel ends the whole tree; a second one is a 409, an unknown id a 404', async (t) => {
  const console = await openConsole(t);
  const changes = await changesOf(t, console);
  const mark = killAfter(t, marker());
  const id = await start(console, shell(`setsid sleep ${mark} & sleep ${mark}`));
  await waitUntilPresent(mark, 3);
  const cancel = () => post(`${console.url}api/executions/${id}/cancel`);
  assert.equal((await cancel()).status, 202);
  const { status, result } = await toldOver(changes, id);
  assert.equal(status, 'cancelled');
  assert.equal(result.termination.cause, 'cancel');
  await waitUntilGone(mark);
  assert.equal((await cancel()).status, 409);
  const unknown = await post(`${console.url}api/executions/00000000-0000-4000-8000-000000000000/cancel`);
  assert.equal(unknown.status, 404);
});

test('a plan: every command has a state and an output of its own', async (t) => {
  const console = await openConsole(t);
  const changes = await changesOf(t, console);
  const plan = {
    description: 'one fails',
    strategy: { type: 'dependency_graph', dependencies: { 1: [0], 2: [1] } },
    commands: [
      shell('echo first'),
      shell('echo second; exit 2'),
      shell('echo never', { metadata: { tags: { name: 'last' } } }),
    ],
  };
  const id = await start(console, plan);
  const { status, stats, commands } = await toldOver(changes, id);
  assert.equal(status, 'failed');
  assert.deepEqual(stats, { total: 3, completed: 1, failed: 1, cancelled: 1, timeout: 0 });
  const states = await Promise.all(commands.map((each) => toldOver(changes, each)));
  assert.deepEqual(
    states.map((each) => each.status),
    ['completed', 'failed', 'cancelled'],
  );
  assert.deepEqual(
    states.map(({ index, plan_id }) => [index, plan_id]),
    [
      [0, id],
      [1, id],
      [2, id],
    ],
  );
  assert.equal(states[2].name, 'last');
  assert.equal(states[2].started_at, undefined, 'it never ran');
  assert.match(states[2].result.error, /not run: command 1 failed/);
  const outputs = await Promise.all(commands.map((each) => outputOf(console, each)));
  assert.deepEqual(outputs.map(linesIn), [[['out', 'first']], [['out', 'second']], []]);
});

test('a plan is cancelled as one', async (t) => {
  const console = await openConsole(t);
  const changes = await changesOf(t, console);
  const mark = killAfter(t, marker());
  const commands = [exec('sleep', [mark]), exec('sleep', [mark])];
  const id = await start(console, { description: 'waits', strategy: { type: 'serial' }, commands });
  await waitUntilPresent(mark, 1);
  assert.equal((await post(`${console.url}api/plans/${id}/cancel`)).status, 202);
  assert.equal((await toldOver(changes, id)).status, 'cancelled');
  await waitUntilGone(mark);
});

test('the example plans are those of examples/plans', async (t) => {
  const console = await openConsole(t);
  const examples = (await ask(`${console.url}api/examples`)).json();
  const release = examples.find(({ name }) => name === 'release.json');
  assert.equal(release.text, readFileSync(new URL('../../examples/plans/release.json', import.meta.url), 'utf8'));
});

test('a page that leaves takes nothing with it, leaves nothing behind, and finds all when it is back', async (t) => {
  const console = await openConsole(t);
  const mark = killAfter(t, marker());
  const go = tempFile('go', '');
  const wait = `while [ ! -s ${go} ]; do sleep 0.02; done`;
  const id = await start(console, shell(`seq 1 1000; : ${mark}; ${wait}; seq 1001 2000`));
  await waitUntilPresent(mark, 1);
  const before = holdings().fds;

  const pages = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      openStream(t, `${console.url}api/${i % 2 ? 'changes' : `executions/${id}/output`}`),
    ),
  );
  await until(() => pages.every(({ records }) => records.length > 0), 5000, 'all pages to read');
  assert.ok(holdings().fds >= before + 20);
  for (const page of pages) page.leave();
  await until(() => holdings().fds <= before, 5000, 'the connections to be gone');

  writeFileSync(go, 'go');
  const changes = await changesOf(t, console);
  assert.equal((await toldOver(changes, id)).status, 'completed');
  const rows = linesIn(await outputOf(console, id));
  assert.deepEqual(
    rows.map(([, text]) => Number(text)),
    Array.from({ length: 2000 }, (_, i) => i + 1),
  );
  const [{ first }, ...rest] = await outputOf(console, id, '?from=1990');
  assert.ok(first <= 1990);
  assert.equal(linesIn(rest).at(-1)[1], '2000');
  assert.equal((await ask(`${console.url}api/executions/${id}/output?from=x`)).status, 400);
});

test('a page that does not read holds its command back, and no other, until it reads or leaves', async (t) => {
  const console = await openConsole(t, { limits: { transcriptBytes: 256 * 1024 } });
  const changes = await changesOf(t, console);
  // More than the transcript and the socket's buffers hold.
  const megabytes = 64;
  const bytes = megabytes * 2 ** 20;
  // Who comes late misses the first lines.
  const go = tempFile('go', '');
  const wait = `while [ ! -s ${go} ]; do sleep 0.02; done`;
  const printMuch = shell(`${wait}; head -c ${bytes} /dev/zero | tr '\\0' x | fold -w 1023`);
  const watched = [];
  for (let i = 0; i < 2; i++) {
    const id = await start(console, printMuch);
    const page = await openStream(t, `${console.url}api/executions/${id}/output`);
    page.response.pause();
    watched.push({ id, page });
  }
  const alone = await start(console, printMuch);
  writeFileSync(go, 'go');
  assert.equal((await toldOver(changes, alone, 60_000)).result.stdout_bytes, bytes + Math.floor(bytes / 1023));
  const statusOf = (id) => changes.records.findLast((record) => record.id === id).status;
  for (const { id } of watched)
    assert.equal(statusOf(id), 'running', 'the one that nobody watches is the only one over');

  const [reader, leaver] = watched;
  reader.page.response.resume();
  assert.equal((await toldOver(changes, reader.id, 60_000)).status, 'completed');
  assert.equal(statusOf(leaver.id), 'running');
  assert.equal(await reader.page.ended, 'end');
  const rows = linesIn(reader.page.records);
  assert.equal(rows.length, Math.ceil(bytes / 1023), 'it has got every line');

  leaver.page.leave();
  assert.equal((await toldOver(changes, leaver.id, 60_000)).status, 'completed');
});

test('a command that a page holds back can be cancelled all the same', async (t) => {
  const console = await openConsole(t, { limits: { transcriptBytes: 128 * 1024 } });
  const changes = await changesOf(t, console);
  const mark = killAfter(t, marker());
  const id = await start(console, shell(`yes ${mark}`));
  const page = await openStream(t, `${console.url}api/executions/${id}/output`);
  page.response.pause();
  await waitUntilPresent(mark, 1);
  assert.equal((await post(`${console.url}api/executions/${id}/cancel`)).status, 202);
  assert.equal((await toldOver(changes, id)).status, 'cancelled');
  await waitUntilGone(mark);
});

test('closing ends what runs, what waits, every stream and the port', async (t) => {
  const console = await openConsole(t, { config: { max_concurrent_executions: 2 } });
  const changes = await changesOf(t, console);
  const mark = killAfter(t, marker());
  const ids = [];
  for (let i = 0; i < 4; i++) ids.push(await start(console, exec('sleep', [mark])));
  const output = await openStream(t, `${console.url}api/executions/${ids[0]}/output`);
  await waitUntilPresent(mark, 2);

  await within(8000, Promise.all([console.close(), console.close()]), 'close, asked for twice');
  assert.equal(await within(2000, changes.ended, 'the changes'), 'end');
  assert.equal(await within(2000, output.ended, 'the output'), 'end');
  await waitUntilGone(mark);
  const last = ids.map((id) => changes.records.findLast((record) => record.id === id).status);
  assert.deepEqual(last, Array(4).fill('cancelled'), 'the page was told before the end');
  await assert.rejects(ask(console.url), { code: 'ECONNREFUSED' });
});
