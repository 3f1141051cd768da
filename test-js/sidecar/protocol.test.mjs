// The protocol of `cloudops-exec sidecar`, looked at line by line.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { ExecutionEngine } from '../../lib/index.mjs';
import { bin } from '../cli/cli.mjs';
import {
  exec,
  killAfter,
  marker,
  sanitized,
  shell,
  tempDir,
  until,
  waitUntilGone,
  waitUntilPresent,
  wholeLines,
  within,
} from '../support.mjs';
import { startSidecar } from './rpc.mjs';

const require = createRequire(import.meta.url);
const { AbortTokens } = require('../../cli/sidecar/abort_tokens.js');
const { lineOf } = require('../../cli/sidecar/message_line.js');
const { makeServer } = require('../../cli/sidecar/server.js');
const { Service } = require('../../cli/sidecar/service.js');
const { Writer } = require('../../cli/sidecar/writer.js');
const { LineReader, tooLong } = require('../../client/line_reader.js');

/** Resolves when it uses no more processor time. */
function atRest({ child }) {
  const ticks = () => {
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .join(' ');
  };
  const rests = async () => {
    const before = ticks();
    await new Promise((resolve) => setTimeout(resolve, 200));
    return before === ticks();
  };
  return until(rests, 8000, 'the sidecar to come to rest');
}

test('what makes a Node of its host’s Electron is not passed on to commands', async (t) => {
  const command = ['env', 'ELECTRON_RUN_AS_NODE=1', process.execPath, bin, 'sidecar'];
  const sidecar = startSidecar(t, { command });
  const { result } = await sidecar.call('run', { request: shell('echo "[$ELECTRON_RUN_AS_NODE]"') });
  assert.equal(result.stdout, '[]\n');
});

test('docs/sidecar.md names every method, with the parameters that it takes', async () => {
  const text = readFileSync(new URL('../../docs/sidecar.md', import.meta.url), 'utf8');
  const table = text.slice(text.indexOf('| Method and parameters'), text.indexOf('The sidecar sends'));
  const rows = table.matchAll(/^\| `(\w+)(?: \{ ([\w, ]+) \})?` \|/gm);
  const documented = Object.fromEntries([...rows].map(([, name, parameters]) => [name, parameters?.split(', ') ?? []]));

  const answer = async () => ({ results: [] });
  const engine = new Proxy({}, { get: () => answer });
  const taken = {};
  for (const [name, method] of new Service({ makeEngine: () => engine, notify: () => {} }).methods()) {
    const seen = new Set();
    await method(new Proxy({}, { get: (_, parameter) => void seen.add(parameter) })).catch(() => {});
    taken[name] = [...seen];
  }
  assert.deepEqual(documented, taken);
});

describe('JSON-RPC 2.0', () => {
  test('what is no request gets the error that the standard names, and the next one is served', async (t) => {
    const sidecar = startSidecar(t, { initialize: false });
    for (const line of ['nonsense', '1', 'null', '[]', '{"jsonrpc":"2.0","id":9}', '[1]', '']) sidecar.send(line);
    sidecar.send('{"jsonrpc":"2.0","id":10,"method":"nope"}');
    sidecar.send('{"jsonrpc":"2.0","id":11,"method":"getStatus","params":["by position"]}');
    await sidecar.call('getStats');
    const codes = sidecar.messages.flat().map(({ error }) => error?.code);
    assert.deepEqual(codes.sort(), [-32600, -32600, -32600, -32600, -32600, -32601, -32602, -32700, undefined]);
  });

  test('a method that is no name and an id that is no id: no request', async (t) => {
    const sidecar = startSidecar(t, { initialize: false });
    for (const id of [12, { a: 1 }, [1], true])
      sidecar.send({ jsonrpc: '2.0', id, method: id === 12 ? 5 : 'getStats' });
    await sidecar.call('getStats');
    const refusals = sidecar.messages.filter(({ error }) => error !== undefined);
    assert.deepEqual(
      refusals.map(({ id, error }) => [id, error.code]),
      [
        [12, -32600],
        [null, -32600],
        [null, -32600],
        [null, -32600],
      ],
    );
  });

  test('a line that is too long for a string is refused, and the next one is served', async () => {
    async function* chunks() {
      for (const text of ['{"short":1}\n{"lo', 'ng":', '"xxxx"}', '\n{"next":2}', '\n']) yield Buffer.from(text);
    }
    const lines = [];
    for await (const line of new LineReader(chunks(), 12)) lines.push(line);
    assert.deepEqual(lines, ['{"short":1}', tooLong, '{"next":2}']);
    const { id, error } = await makeServer({ methods: () => [] }).receive(tooLong);
    assert.deepEqual([id, error.code], [null, -32600]);
  });

  describe('a message that would be too long for a line', () => {
    const parsed = (message, longest) => JSON.parse(lineOf(message, longest));
    const ofLength = (id, length) => ({ jsonrpc: '2.0', id, result: 'x'.repeat(length) });
    const isRefusal = ({ id, error }, of) => {
      assert.deepEqual([id, error.code, error.data.code], [of, -32000, 'SERIALIZATION']);
    };

    test('an answer becomes an error', () => {
      const longest = JSON.stringify(ofLength(1, 10)).length;
      assert.deepEqual(parsed(ofLength(1, 10), longest), ofLength(1, 10));
      isRefusal(parsed(ofLength(1, 11), longest), 1);
    });

    test('also when it is too long for a string; the messages around it are written', async () => {
      const toJSON = () => {
        throw new RangeError('Invalid string length');
      };
      const stream = new PassThrough();
      const writer = new Writer(stream, () => {});
      for (const message of [ofLength(1, 1), { jsonrpc: '2.0', id: 2, result: { toJSON } }, ofLength(3, 3)])
        writer.write(message);
      await writer.end();
      const [first, second, third] = String(stream.read()).trim().split('\n').map(JSON.parse);
      assert.deepEqual([first, third], [ofLength(1, 1), ofLength(3, 3)]);
      isRefusal(second, 2);
    });

    test('of a batch those go that do not fit, the longest first', () => {
      const [short, refused, long] = parsed([ofLength(1, 10), ofLength(2, 5000), ofLength(3, 1000)], 2000);
      assert.deepEqual([short, long], [ofLength(1, 10), ofLength(3, 1000)]);
      isRefusal(refused, 2);
      const [kept, second, third] = parsed([ofLength(1, 700), ofLength(2, 1500), ofLength(3, 1000)], 2000);
      assert.deepEqual(kept, ofLength(1, 700));
      isRefusal(second, 2);
      assert.deepEqual(third, ofLength(3, 1000));
    });

    test('the end of an execution is told without its output', () => {
      const result = {
        stdout: 'x'.repeat(3000),
        stderr: 'y',
        stdout_bytes: 3000,
        error: null,
        output_truncated: false,
      };
      const event = { event_type: 'completed', execution_id: 'a', result };
      const told = parsed({ jsonrpc: '2.0', method: 'event', params: { event } }, 2000);
      assert.deepEqual([told.method, told.params.event.event_type], ['event', 'completed']);
      const { stdout, stderr, stdout_bytes, output_truncated, error } = told.params.event.result;
      assert.deepEqual([stdout, stderr, stdout_bytes, output_truncated], ['', '', 3000, true]);
      assert.match(error, /too large/);
    });
  });

  test('a batch is answered by one array, notifications not at all', async (t) => {
    const sidecar = startSidecar(t, { initialize: false });
    const call = { jsonrpc: '2.0', method: 'getStats' };
    sidecar.send([{ ...call, id: 1 }]);
    sidecar.send([call, call]);
    sidecar.send(call);
    await sidecar.call('getStats');
    const [batch, ...others] = sidecar.messages.sort((a, b) => Array.isArray(b) - Array.isArray(a));
    assert.equal(batch.length, 1);
    assert.equal(batch[0].result.total, 0);
    assert.equal(others.length, 1);
  });

  test('a rejection of the engine: its code, kind and field', async (t) => {
    const sidecar = startSidecar(t);
    const { error } = await sidecar.call('execute', { request: exec('true', [], { timeoutMs: 3 }) });
    assert.equal(error.code, -32000);
    assert.deepEqual(error.data, { code: 'VALIDATION', kind: 'UNKNOWN_FIELD', field: 'timeoutMs' });
    assert.match(error.message, /timeout_ms/);
    const missing = await sidecar.call('getStatus', { id: '00000000-0000-4000-8000-000000000000' });
    assert.equal(missing.error.data.code, 'NOT_FOUND');
    assert.equal((await sidecar.call('execute', {})).error.data.code, 'VALIDATION');
  });
});

test('every method of the engine that makes sense over a distance', () => {
  const served = new Set(new Service({}).methods().map(([name]) => name));
  const local = new Set(['constructor', 'events', 'lines', 'addEventHandler']);
  const methods = Object.getOwnPropertyNames(ExecutionEngine.prototype).filter((name) => !local.has(name));
  assert.ok(methods.length > 15);
  assert.deepEqual(
    methods.filter((name) => !served.has(name)),
    [],
  );
});

describe('events', () => {
  test('accepted, the answer, then the events in order; what says that it ended comes last', async (t) => {
    const sidecar = startSidecar(t);
    const { result: id } = await sidecar.call('execute', { request: shell('echo one; echo two >&2') });
    const { result } = await sidecar.call('waitForCompletion', { id });
    assert.equal(result.stdout, 'one\n');
    const order = sidecar.messages.slice(1).map(({ method, params, id: answer }) => {
      return method === 'event' ? params.event.event_type : (method ?? answer);
    });
    assert.deepEqual(order, ['accepted', 'call-2', 'started', 'stdout', 'stderr', 'completed', 'call-3']);
    const accepted = sidecar.messages.find(({ method }) => method === 'accepted').params;
    assert.deepEqual(accepted, { execution_id: id, log_path: result.log_path });
  });

  test('an id that is used again is accepted again', async (t) => {
    const sidecar = startSidecar(t);
    const id = '3f2b8c1e-7d4a-4f5b-9a6c-0e1d2c3b4a59';
    for (let use = 1; use <= 2; use++) {
      const { result } = await sidecar.call('run', { request: exec('true', [], { id }) });
      const accepted = sidecar.messages.filter(({ method }) => method === 'accepted');
      assert.equal(accepted.length, use);
      assert.deepEqual(accepted.at(-1).params, { execution_id: id, log_path: result.log_path });
      await sidecar.call('removeExecution', { id });
    }
  });

  test('of a plan: also those of commands that never ran', async (t) => {
    const sidecar = startSidecar(t);
    const commands = [exec('false'), exec('true')];
    const plan = { description: 'x', strategy: { type: 'serial' }, commands };
    const { result: id } = await sidecar.call('executePlan', { plan });
    const { result } = await sidecar.call('waitForPlan', { plan_id: id });
    assert.equal(result.status, 'failed');
    const ends = sidecar.events().filter((event) => event.result !== undefined);
    assert.deepEqual(
      ends.map((event) => event.event_type),
      ['failed', 'cancelled'],
    );
    const accepted = sidecar.messages.filter(({ method }) => method === 'accepted').map(({ params }) => params);
    assert.deepEqual(
      accepted.map((one) => one.execution_id),
      ends.map((event) => event.execution_id),
    );
    assert.equal(accepted[1].log_path, null, 'what never ran has no log');
    assert.equal(
      sidecar
        .events()
        .filter((event) => event.event_type === 'progress')
        .at(-1).total,
      2,
    );
  });

  test('hold stops the events of one execution and of no other; release brings all of them', async (t) => {
    const sidecar = startSidecar(t);
    const loud = shell('read go; seq -f %0200.0f 1 30000', { stdin: { type: 'pipe' } });
    const { result: id } = await sidecar.call('execute', { request: loud });
    await sidecar.call('hold', { id });
    await sidecar.call('writeStdin', { id, chunk: 'go\n' });
    const other = await sidecar.call('run', { request: exec('echo', ['meanwhile']) });
    assert.equal(other.result.stdout, 'meanwhile\n');
    const lines = () => sidecar.events().filter((event) => event.execution_id === id && event.line !== undefined);
    assert.ok(lines().length <= 1, `${lines().length} lines came through`);
    assert.equal((await sidecar.call('getStatus', { id })).result, 'running');
    await sidecar.call('release', { id });
    await sidecar.call('waitForCompletion', { id });
    const numbers = wholeLines(lines(), 'stdout').map(Number);
    assert.deepEqual(
      numbers,
      Array.from({ length: 30_000 }, (_, i) => i + 1),
    );
  });
});

test('hold and release refuse an id that is not a string as the engine does', async (t) => {
  const sidecar = startSidecar(t);
  for (const id of [{}, { toString: 1 }, ['x'], 5, true, null, undefined]) {
    const { error } = await sidecar.call('getStatus', { id });
    assert.equal(error.data.kind, 'WRONG_TYPE');
    for (const method of ['hold', 'release'])
      assert.deepEqual((await sidecar.call(method, { id })).error, error, method);
  }
  assert.equal((await sidecar.call('hold', { id: 'of nobody' })).result, null);
});

test('whoever is told that a command has ended has had its terminal event', async (t) => {
  let told = false;
  let tell;
  const mayTell = new Promise((resolve) => (tell = resolve));
  let ended;
  const ending = new Promise((resolve) => (ended = resolve));
  const notify = async (method, { event }) => {
    if (event?.event_type !== 'completed') return;
    ended();
    await mayTell;
    told = true;
  };
  const service = new Service({ makeEngine: () => new ExecutionEngine({ log_dir: null }), notify });
  t.after(() => service.end());
  const methods = Object.fromEntries(service.methods());
  const id = await methods.execute({ request: exec('true') });
  await ending;
  const asked = ['getStatus', 'getResult', 'waitForCompletion', 'listExecutions'].map(async (name) => {
    await methods[name]({ id });
    return [name, told];
  });
  // The engine has answered them all by now.
  await methods.getStats({});
  tell();
  assert.deepEqual(
    (await Promise.all(asked)).filter(([, told]) => !told),
    [],
  );
});

test('bytes travel as base64, in and out', async (t) => {
  const sidecar = startSidecar(t);
  const bytes = Buffer.from([0, 255, 10, 195]);
  const wire = { base64: bytes.toString('base64') };
  const data = await sidecar.call('run', { request: exec('cat', [], { stdin: { type: 'data', data: wire } }) });
  const first = await sidecar.call('readOutput', { id: data.result.id, stream: 'stdout' });
  assert.deepEqual(first.result, wire);

  const { result: id } = await sidecar.call('execute', { request: exec('cat', [], { stdin: { type: 'pipe' } }) });
  await sidecar.call('writeStdin', { id, chunk: wire });
  await sidecar.call('closeStdin', { id });
  await sidecar.call('waitForCompletion', { id });
  assert.deepEqual((await sidecar.call('readOutput', { id, stream: 'stdout' })).result, wire);

  const { error } = await sidecar.call('writeStdin', { id, chunk: { base64: '!' } });
  assert.deepEqual([error.data.kind, error.data.field], ['INVALID_VALUE', 'chunk.base64']);
});

describe('initialize', () => {
  test('a configuration that is not allowed: no call runs under another one', async (t) => {
    const sidecar = startSidecar(t, { initialize: false });
    const config = { max_concurrent_executions: 0 };
    const expected = ['VALIDATION', 'max_concurrent_executions'];
    for (const [method, params] of [
      ['initialize', { config }],
      ['run', { request: exec('true') }],
    ]) {
      const { data } = (await sidecar.call(method, params)).error;
      assert.deepEqual([data.code, data.field], expected);
    }
    assert.equal((await sidecar.call('initialize', { config: {} })).result.protocol, 1);
    assert.equal((await sidecar.call('run', { request: exec('true') })).result.success, true);
    assert.equal((await sidecar.call('initialize', { config: {} })).error.data.code, 'ALREADY_INITIALIZED');
  });
});

describe('abort tokens', () => {
  test('abort cancels what was accepted under the token', async (t) => {
    const sidecar = startSidecar(t);
    const { result: id } = await sidecar.call('execute', { request: exec('sleep', ['50']), abort_token: 7 });
    await sidecar.call('abort', { abort_token: 7 });
    assert.equal((await sidecar.call('waitForCompletion', { id })).result.status, 'cancelled');
    assert.equal((await sidecar.call('abort', { abort_token: 7 })).error, undefined, 'too late is no error');
  });

  test('a token that was used twice aborts what is left of both', async (t) => {
    const sidecar = startSidecar(t);
    const sleep = () => sidecar.call('execute', { request: exec('sleep', ['50']), abort_token: 'twice' });
    const { result: over } = await sidecar.call('execute', { request: exec('true'), abort_token: 'twice' });
    await sidecar.call('waitForCompletion', { id: over });
    const running = [await sleep(), await sleep()];
    const { result: refused } = await sidecar.call('execute', { request: {}, abort_token: 'twice' });
    assert.equal(refused, undefined);
    await sidecar.call('abort', { abort_token: 'twice' });
    for (const { result: id } of running)
      assert.equal((await sidecar.call('waitForCompletion', { id })).result.status, 'cancelled');
  });

  test('what has ended is forgotten, and nothing else under its token', async () => {
    const tokens = new AbortTokens();
    assert.equal(tokens.begin(undefined), undefined);
    const [over, refused, running] = [1, 2, 3].map(() => tokens.begin('token'));
    const other = tokens.begin('other');
    tokens.endWith(Promise.resolve(), 'token', over);
    tokens.endWith(Promise.reject(new Error('refused')), 'token', refused);
    await turn();
    tokens.abort('token');
    const aborted = [over, refused, running, other].map(({ signal }) => signal.aborted);
    assert.deepEqual(aborted, [false, false, true, false]);
  });
});

describe('back-pressure', () => {
  test('a parent that does not read holds the children back; memory stays bounded and nothing is lost', async (t) => {
    const sidecar = startSidecar(t);
    await sidecar.call('getStats');
    sidecar.child.stdout.pause();
    const request = shell('seq -f %0200.0f 1 60000');
    sidecar.send({ jsonrpc: '2.0', id: 'big', method: 'run', params: { request } });
    const rss = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${sidecar.child.pid}/status`, 'latin1'))[1]);
    // All lines as messages would be over 20 MB.
    await atRest(sidecar);
    // A sanitizer's own memory would drown the figure.
    if (!sanitized) assert.ok(rss() < 120 * 1024, `resident: ${rss()} kB`);
    sidecar.child.stdout.resume();
    await until(() => sidecar.messages.find(({ id }) => id === 'big'), 15_000, 'the result');
    const seen = sidecar.events().filter((event) => event.event_type === 'stdout');
    const numbers = wholeLines(seen, 'stdout').map(Number);
    assert.deepEqual([numbers.length, numbers.at(-1)], [60_000, 60_000]);
  });

  test('a parent that does not take its answers has no more calls read until it does', async (t) => {
    const sidecar = startSidecar(t);
    const file = join(tempDir(), 'made');
    const { result } = await sidecar.call('run', { request: shell('seq -f %0200.0f 1 30000') });
    sidecar.child.stdout.pause();
    const ask = (id, method, params) => sidecar.send({ jsonrpc: '2.0', id, method, params });
    // 8 MB each.
    for (let i = 0; i < 4; i++) ask(i, 'readOutput', { id: result.id, stream: 'stdout' });
    await atRest(sidecar);
    // The one that it waited for, and the one that it reads before it looks.
    for (const id of ['one', 'two']) ask(id, 'getStats');
    ask('made', 'run', { request: exec('touch', [file]) });
    await atRest(sidecar);
    assert.equal(existsSync(file), false);
    sidecar.child.stdout.resume();
    await until(() => sidecar.messages.find(({ id }) => id === 'made'), 15_000, 'the answer');
    assert.ok(existsSync(file));
  });
});

describe('its end', () => {
  const family = (mark) => shell(`trap "" TERM; setsid sleep ${mark} & echo up; sleep ${mark}; sleep ${mark}`);

  test('the end of its input ends it and all that it runs, stubborn or not, within a second', async (t) => {
    const mark = killAfter(t, marker());
    const sidecar = startSidecar(t, { config: { kill_grace_period_ms: 60_000 } });
    await sidecar.call('execute', { request: family(mark) });
    await waitUntilPresent(mark, 2);
    sidecar.child.stdin.end();
    assert.equal(await within(3000, sidecar.ended, 'the end of the sidecar'), 0);
    await waitUntilGone(mark, 1000);
  });

  test('also when nobody reads what it has to say', async (t) => {
    const mark = killAfter(t, marker());
    const sidecar = startSidecar(t);
    await sidecar.call('execute', { request: shell(`sleep ${mark} & yes`) });
    await waitUntilPresent(mark, 1);
    sidecar.child.stdout.pause();
    sidecar.child.stdin.end();
    await waitUntilGone(mark, 3000);
  });

  for (const how of ['the end of its input', 'SIGTERM']) {
    test(`${how} ends it, however many answers nobody has taken`, async (t) => {
      const mark = killAfter(t, marker());
      const sidecar = startSidecar(t);
      await sidecar.call('execute', { request: exec('sleep', [mark]) });
      const { result } = await sidecar.call('run', { request: shell('seq -f %0200.0f 1 30000') });
      await waitUntilPresent(mark, 1);
      sidecar.child.stdout.pause();
      const ask = (id) =>
        sidecar.send({ jsonrpc: '2.0', id, method: 'readOutput', params: { id: result.id, stream: 'stdout' } });
      for (let i = 0; i < 6; i++) ask(i);
      await atRest(sidecar);
      for (let i = 6; i < 12; i++) ask(i);
      if (how === 'SIGTERM') sidecar.child.kill();
      else sidecar.child.stdin.end();
      await waitUntilGone(mark, 5000);
    });
  }

  for (const signal of ['SIGTERM', 'SIGHUP']) {
    test(`${signal} ends it in order, and what it runs`, async (t) => {
      const mark = killAfter(t, marker());
      const sidecar = startSidecar(t);
      await sidecar.call('execute', { request: family(mark) });
      await waitUntilPresent(mark, 2);
      sidecar.child.kill(signal);
      assert.equal(await within(3000, sidecar.ended, 'the end of the sidecar'), 0);
      await waitUntilGone(mark, 1000);
    });
  }

  test('Ctrl-C is for its parent to answer', async (t) => {
    const sidecar = startSidecar(t);
    const { result: id } = await sidecar.call('execute', { request: exec('cat', [], { stdin: { type: 'pipe' } }) });
    sidecar.child.kill('SIGINT');
    await sidecar.call('writeStdin', { id, chunk: 'still here' });
    await sidecar.call('closeStdin', { id });
    assert.equal((await sidecar.call('waitForCompletion', { id })).result.stdout, 'still here');
  });

  test('a parent killed by SIGKILL takes it along', async (t) => {
    const mark = killAfter(t, marker());
    const script = `
      const child = require('node:child_process').spawn(process.execPath, [${JSON.stringify(bin)}, 'sidecar'], { stdio: ['pipe', 'pipe', 'inherit'] });
      console.log(child.pid);
      child.stdin.write(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'execute', params: { request: ${JSON.stringify(family(mark))} } }) + '\\n');
      child.stdout.resume();`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => parent.kill('SIGKILL'));
    const [text] = await within(8000, new Promise((resolve) => parent.stdout.once('data', (...args) => resolve(args))));
    await waitUntilPresent(mark, 2);
    parent.kill('SIGKILL');
    await waitUntilGone(mark, 3000);
    const pid = Number(String(text));
    await until(() => !isAlive(pid), 3000, 'the end of the sidecar');
  });

  test('a parent that is gone takes it along, though somebody holds its input open', async (t) => {
    const parent = spawn('sh', ['-c', '"$0" "$1" sidecar <&3 >&4 & echo $!; wait', process.execPath, bin], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe'],
    });
    t.after(() => parent.kill('SIGKILL'));
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    t.after(() => isAlive(pid) && process.kill(pid, 'SIGKILL'));
    parent.stdio[3].write('{"jsonrpc":"2.0","id":1,"method":"getStats"}\n');
    await once(parent.stdio[4], 'data');
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid), 5000, 'the end of the sidecar');
  });

  test('what came together with the end of the input is answered', async (t) => {
    const sidecar = startSidecar(t);
    await sidecar.call('getStats');
    for (let id = 0; id < 50; id++) sidecar.send({ jsonrpc: '2.0', id, method: 'getStats' });
    sidecar.child.stdin.end();
    await within(3000, sidecar.ended, 'the end');
    const answers = sidecar.messages.filter((message) => typeof message.id === 'number');
    assert.deepEqual([answers.length, answers.filter((message) => message.error)], [50, []]);
  });
});

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
