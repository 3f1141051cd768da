// Contract §3: what a result says.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { exec, makeEngine, shell, within, withCode } from '../support.mjs';

const run = (t, request, config) => makeEngine(t, config).run(request);

/** Milliseconds of a humantime duration such as "1m 2s 500ms". */
function parseHumantime(text) {
  assert.match(text, /^\d+(h|m|s|ms)( \d+(m|s|ms))*$/);
  const unit = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  return [...text.matchAll(/(\d+)(ms|h|m|s)/g)].reduce((sum, [, n, name]) => sum + Number(n) * unit[name], 0);
}

test('a success has every field', async (t) => {
  const engine = makeEngine(t);
  const id = await engine.execute(shell('echo out; echo err >&2'));
  const result = await engine.waitForCompletion(id);
  const { duration, duration_ms, started_at, completed_at, resource_usage, log_path, ...rest } = result;
  assert.deepEqual(rest, {
    id,
    status: 'completed',
    success: true,
    exit_code: 0,
    signal: null,
    stdout: 'out\n',
    stderr: 'err\n',
    output_lossy: false,
    stdout_bytes: 4,
    stderr_bytes: 4,
    output_truncated: false,
    output_incomplete: false,
    stdout_overflow_file: null,
    stderr_overflow_file: null,
    error: null,
    termination: null,
    metadata: rest.metadata,
  });
  assert.ok(rest.metadata === null || typeof rest.metadata === 'object');
  assert.equal(typeof duration, 'string');
  assert.ok(duration_ms >= 0 && resource_usage.user_cpu_ms >= 0);
  assert.equal(log_path, await engine.getLogPath(id));
  for (const time of [started_at, completed_at]) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,}Z$/);
  assert.ok(Date.parse(started_at) <= Date.parse(completed_at));
});

describe('how it ended', () => {
  test('a non-zero exit is a failed result, not a rejection', async (t) => {
    const result = await run(t, shell('exit 3'));
    assert.deepEqual([result.status, result.success, result.exit_code, result.signal], ['failed', false, 3, null]);
    assert.match(result.error, /3/);
  });

  test('a signal is named, with exit code -1', async (t) => {
    const result = await run(t, shell('kill -KILL $$'));
    assert.deepEqual([result.status, result.exit_code, result.signal], ['failed', -1, 'SIGKILL']);
    assert.match(result.error, /SIGKILL/);
    assert.equal(result.termination, null);
  });

  test('every deadly signal has its name', async (t) => {
    const engine = makeEngine(t);
    for (const name of ['HUP', 'INT', 'USR1', 'PIPE', 'ALRM', 'TERM']) {
      assert.equal((await engine.run(shell(`kill -${name} $$`))).signal, `SIG${name}`);
    }
  });

  test('exit code 137 is an exit code', async (t) => {
    const result = await run(t, shell('exit 137'));
    assert.deepEqual([result.exit_code, result.signal], [137, null]);
  });
});

describe('output', () => {
  test('is kept to the byte, final newline or not', async (t) => {
    const result = await run(t, exec('printf', ['a\\n\\n b\\r\\nc']));
    assert.equal(result.stdout, 'a\n\n b\r\nc');
    assert.equal(result.stdout_bytes, 8);
  });

  test('bytes are counted as bytes', async (t) => {
    const result = await run(t, shell('printf "ä€😀"; printf "é" >&2'));
    assert.deepEqual([result.stdout, result.stdout_bytes, result.stderr_bytes], ['ä€😀', 9, 2]);
    assert.equal(result.output_lossy, false);
  });

  test('invalid UTF-8 becomes U+FFFD and is said', async (t) => {
    const result = await run(t, exec('printf', ['a\\377b']));
    assert.deepEqual([result.stdout, result.stdout_bytes, result.output_lossy], ['a\ufffdb', 3, true]);
  });

  test('a U+FFFD that the process wrote is not lossy', async (t) => {
    const result = await run(t, exec('printf', ['\ufffd']));
    assert.deepEqual([result.stdout, result.output_lossy], ['\ufffd', false]);
  });

  test('a byte order mark is kept', async (t) => {
    assert.equal((await run(t, exec('printf', ['\ufeffx']))).stdout, '\ufeffx');
  });
});

describe('time', () => {
  test('duration says the same as duration_ms, in humantime', async (t) => {
    const result = await run(t, exec('sleep', ['1.05']));
    assert.match(result.duration, /^1s( \d+ms)?$/);
    assert.ok(Math.abs(parseHumantime(result.duration) - result.duration_ms) <= 1, result.duration);
  });

  test('duration is the span from start to end', async (t) => {
    const result = await run(t, exec('sleep', ['0.2']));
    const span = Date.parse(result.completed_at) - Date.parse(result.started_at);
    assert.ok(result.duration_ms >= 200 && Math.abs(span - result.duration_ms) < 100, `${span} ${result.duration_ms}`);
  });
});

describe('resource usage', () => {
  test('CPU time of the child and of children it waited for', async (t) => {
    const loop = 'for ((i = 0; i < 150000; i++)); do :; done';
    const { resource_usage: usage } = await run(t, shell(`bash -c '${loop}'; true`));
    assert.ok(usage.user_cpu_ms > 30 && usage.user_cpu_ms < 30_000, JSON.stringify(usage));
  });

  test("max_rss_bytes is bytes, and the child's own rather than the host's", async (t) => {
    const ballast = Buffer.alloc(200_000_000, 1);
    // Long enough to be looked at: for a shorter command the figure is an estimate from its page faults.
    const { resource_usage: usage } = await run(t, shell('sleep 0.1; true'));
    assert.ok(usage.max_rss_bytes > 500_000 && usage.max_rss_bytes < 50_000_000, JSON.stringify(usage));
    assert.equal(ballast[0], 1);
  });

  test('max_rss_bytes of commands too short to be looked at is an estimate, not what the first page takes', async (t) => {
    const figures = [];
    for (let i = 0; i < 21; i++) {
      const { resource_usage: usage } = await run(t, { command: { type: 'exec', program: '/bin/true' } });
      figures.push(usage.max_rss_bytes);
    }
    figures.sort((a, b) => a - b);
    // One of them may have been looked at a few times while the machine stood still.
    assert.ok(figures[1] > 500_000 && figures[20] < 50_000_000, JSON.stringify(figures));
  });

  test('max_rss_bytes grows with what the child touches', async (t) => {
    const { resource_usage: usage } = await run(t, shell('head -c 60000000 /dev/zero | tail -c 50000000 | wc -c'));
    assert.ok(usage.max_rss_bytes > 45_000_000, JSON.stringify(usage));
  });
});

describe('reading a result', () => {
  test('any number of waiters, before and after the end', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(exec('true'));
    const results = await Promise.all([engine.waitForCompletion(id), engine.waitForCompletion(id)]);
    results.push(await engine.waitForCompletion(id), await engine.getResult(id));
    for (const result of results) assert.deepEqual(result, results[0]);
  });

  test('getResult before the end is NOT_FINISHED', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(exec('sleep', ['1000']));
    await assert.rejects(engine.getResult(id), withCode('NOT_FINISHED', { execution_id: id }));
    await assert.rejects(Promise.resolve(engine.removeExecution(id)), withCode('NOT_FINISHED'));
  });

  test('getStatus goes from running to the final one', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    assert.equal(await engine.getStatus(id), 'running');
    await engine.closeStdin(id);
    await engine.waitForCompletion(id);
    assert.equal(await engine.getStatus(id), 'completed');
  });

  for (const method of ['waitForCompletion', 'getStatus', 'getResult', 'cancel', 'readLogs', 'removeExecution']) {
    test(`${method} of an unknown id is NOT_FOUND`, async (t) => {
      const engine = makeEngine(t);
      const ask = async () => engine[method]('00000000-0000-4000-8000-000000000000');
      await assert.rejects(within(2000, ask(), method), withCode('NOT_FOUND'));
    });
  }

  test('readOutput gives the raw bytes', async (t) => {
    const engine = makeEngine(t);
    const { id } = await engine.run(shell("printf 'a\\377\\0'; printf e >&2"));
    assert.deepEqual(await engine.readOutput(id, 'stdout'), Buffer.from([0x61, 0xff, 0]));
    assert.deepEqual(await engine.readOutput(id, 'stderr'), Buffer.from('e'));
  });

  test('an error prints as one: name, message, code', async (t) => {
    const error = await makeEngine(t)
      .getResult('00000000-0000-4000-8000-000000000000')
      .catch((reason) => reason);
    assert.ok(error instanceof Error);
    assert.match(error.stack, /ExecutionError.*00000000/);
  });
});
