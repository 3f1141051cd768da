// Contract §1: what a request can say, and that the child gets exactly that.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';

import { exec, makeEngine, nextEvent, recordEvents, shell, tempDir, tempFile, within } from '../support.mjs';

const stdoutOf = async (t, request) => {
  const result = await makeEngine(t).run(request);
  assert.equal(result.status, 'completed', result.error ?? result.stderr);
  return result.stdout;
};

describe('shell', () => {
  test('runs in bash by default', async (t) => {
    assert.equal(await stdoutOf(t, shell('echo "${BASH_VERSION:+bash}"')), 'bash\n');
  });

  test('runs in the shell that was named', async (t) => {
    const command = 'read name </proc/$$/comm; echo "$name"';
    assert.equal(await stdoutOf(t, { command: { type: 'shell', command, shell: 'sh' } }), 'sh\n');
  });
});

describe('exec', () => {
  test('passes arguments as they are', async (t) => {
    assert.equal(await stdoutOf(t, exec('printf', ['%s|', '$HOME', '*', 'a b', '', '"'])), '$HOME|*|a b||"|');
  });

  test('looks the program up in the PATH that the child will have', async (t) => {
    const tool = tempFile('only-here', '#!/bin/sh\necho found\n', 0o755);
    assert.equal(await stdoutOf(t, exec('only-here', [], { env: { PATH: dirname(tool) } })), 'found\n');
  });

  test('takes a relative path with a slash from the working directory', async (t) => {
    const tool = tempFile('tool', '#!/bin/sh\necho here\n', 0o755);
    assert.equal(await stdoutOf(t, exec('./tool', [], { working_dir: dirname(tool) })), 'here\n');
  });
});

test('a request that is observed (all of it proxies, as frameworks make them) is taken like any other', async (t) => {
  const observed = (value) =>
    typeof value === 'object'
      ? new Proxy(value, { get: (target, name) => observed(Reflect.get(target, name)) })
      : value;
  assert.equal(await stdoutOf(t, observed(exec('echo', ['one', 'two'], { env: { 0: 'zero' } }))), 'one two\n');
  assert.equal(await stdoutOf(t, observed(exec('echo', []))), '\n');
});

describe('script', () => {
  // A script that prints itself when its shebang counts, and its arguments when bash runs it.
  const text = '#!/bin/cat\necho "$#" "$@"\n';
  const script = (path, more = {}) => ({ command: { type: 'script', path, ...more } });

  test('an interpreter wins over the shebang, and arguments arrive', async (t) => {
    const path = tempFile('s', text, 0o755);
    assert.equal(await stdoutOf(t, script(path, { interpreter: 'bash', args: ['a b', 'c'] })), '2 a b c\n');
  });

  test('the shebang wins over bash', async (t) => {
    assert.equal(await stdoutOf(t, script(tempFile('s', text, 0o755))), text);
  });

  test('a shebang with an argument works', async (t) => {
    const path = tempFile('s', '#!/usr/bin/env bash\necho "${BASH_VERSION:+bash}" "$1"\n', 0o755);
    assert.equal(await stdoutOf(t, script(path, { args: ['x'] })), 'bash x\n');
  });

  test('without either it is bash', async (t) => {
    assert.equal(await stdoutOf(t, script(tempFile('s', 'echo "${BASH_VERSION:+bash}"\n'))), 'bash\n');
  });

  test('needs no exec bit', async (t) => {
    assert.equal(await stdoutOf(t, script(tempFile('s', text, 0o644))), text);
  });

  test('a relative path starts at the working directory', async (t) => {
    const path = tempFile('s.sh', 'echo here\n');
    assert.equal(await stdoutOf(t, { ...script('s.sh'), working_dir: dirname(path) }), 'here\n');
  });
});

describe('aws_cli', () => {
  const fake = () => {
    const text = '#!/bin/sh\necho "$*"\necho "$AWS_PROFILE|$AWS_REGION|$AWS_OUTPUT|${AWS_PAGER-unset}|"\n';
    return dirname(tempFile('aws', text, 0o755));
  };
  const command = { type: 'aws_cli', service: 's3api', operation: 'list-buckets', args: ['--max-items', '1'] };

  test('is `aws service operation args`, with JSON output and no pager', async (t) => {
    const request = { command: { ...command, profile: 'dev', region: 'eu-west-1' }, env: { PATH: fake() } };
    assert.equal(await stdoutOf(t, request), 's3api list-buckets --max-items 1\ndev|eu-west-1|json||\n');
  });

  test('the env of the request wins', async (t) => {
    const env = { PATH: fake(), AWS_OUTPUT: 'text', AWS_REGION: 'mine', AWS_PROFILE: 'p', AWS_PAGER: 'less' };
    const request = { command: { ...command, region: 'eu-west-1' }, env };
    assert.equal(await stdoutOf(t, request), 's3api list-buckets --max-items 1\np|mine|text|less|\n');
  });
});

describe('environment', () => {
  test('env is added to what is inherited', async (t) => {
    process.env.FROM_HOST = 'host';
    t.after(() => delete process.env.FROM_HOST);
    assert.equal(await stdoutOf(t, shell('echo $FROM_HOST $MINE', { env: { MINE: 'a b=c' } })), 'host a b=c\n');
  });

  test('env wins over what is inherited', async (t) => {
    process.env.FROM_HOST = 'host';
    t.after(() => delete process.env.FROM_HOST);
    assert.equal(await stdoutOf(t, shell('echo $FROM_HOST', { env: { FROM_HOST: 'request' } })), 'request\n');
  });

  test('inherit_env false leaves only env', async (t) => {
    const request = exec('/usr/bin/env', [], { inherit_env: false, env: { B: '2', A: '' } });
    assert.deepEqual((await stdoutOf(t, request)).trim().split('\n').sort(), ['A=', 'B=2']);
  });

  test('each change of process.env is seen, also one that changes it back', async (t) => {
    const engine = makeEngine(t);
    t.after(() => delete process.env.CHANGES);
    const seen = async () => (await engine.run(shell('printf %s "${CHANGES-none}"'))).stdout;
    for (const value of ['one', 'two', 'two', 'one', 'longer', '']) {
      process.env.CHANGES = value;
      assert.equal(await seen(), value);
      assert.equal(await seen(), value);
    }
    delete process.env.CHANGES;
    assert.equal(await seen(), 'none');
    process.env.CHANGES = 'again';
    assert.equal(await seen(), 'again');
  });

  test('is process.env as it was when execute was called', async (t) => {
    const engine = makeEngine(t);
    process.env.MOMENT = 'then';
    const running = engine.run(shell('echo ${MOMENT-unset}'));
    delete process.env.MOMENT;
    assert.equal((await running).stdout, 'then\n');
  });
});

test('working_dir is where the child starts', async (t) => {
  const path = realpathSync(tempDir());
  mkdirSync(join(path, 'ä b'));
  assert.equal(await stdoutOf(t, exec('pwd', [], { working_dir: join(path, 'ä b') })), `${path}/ä b\n`);
});

describe('stdin', () => {
  test('is empty by default', async (t) => {
    assert.equal(await stdoutOf(t, exec('cat')), '');
  });

  test('data: a string', async (t) => {
    assert.equal(await stdoutOf(t, exec('cat', [], { stdin: { type: 'data', data: 'zwölf\n' } })), 'zwölf\n');
  });

  test('data: bytes, more than any pipe holds', async (t) => {
    const engine = makeEngine(t);
    const data = Buffer.alloc(3_000_000, Buffer.from([0, 1, 0xff, 0x0a, 7]));
    const { id } = await engine.run(exec('cat', [], { stdin: { type: 'data', data } }));
    assert.ok(data.equals(await engine.readOutput(id, 'stdout')));
  });

  test('data that nobody reads harms nothing', async (t) => {
    const data = 'x'.repeat(1_000_000);
    assert.equal(await stdoutOf(t, exec('true', [], { stdin: { type: 'data', data } })), '');
  });

  test('file', async (t) => {
    const path = tempFile('input', 'from a file\n');
    assert.equal(await stdoutOf(t, exec('cat', [], { stdin: { type: 'file', path } })), 'from a file\n');
  });

  test('pipe: what is written arrives, and closing is the end of file', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    await engine.writeStdin(id, 'one ');
    await engine.writeStdin(id, Buffer.from('two'));
    await engine.closeStdin(id);
    assert.equal((await engine.waitForCompletion(id)).stdout, 'one two');
  });

  test('pipe: a conversation, answer by answer', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(shell('while read w; do echo "<$w>"; done', { stdin: { type: 'pipe' } }));
    for (const word of ['a', 'b', 'c']) {
      const answer = nextEvent(engine, (event) => event.event_type === 'stdout');
      await engine.writeStdin(id, `${word}\n`);
      assert.equal((await answer).line, `<${word}>`);
    }
    await engine.closeStdin(id);
    assert.equal((await engine.waitForCompletion(id)).exit_code, 0);
  });

  test('pipe: a write waits until the child makes room', async (t) => {
    const engine = makeEngine(t);
    const gate = join(tempDir(), 'gate');
    const command = `while [ ! -e ${gate} ]; do sleep 0.02; done; wc -c`;
    const id = await engine.execute(shell(command, { stdin: { type: 'pipe' } }));
    let accepted = false;
    const big = engine.writeStdin(id, Buffer.alloc(4_000_000)).then(() => (accepted = true));
    // Another execution comes and goes: time enough for a write that does not wait.
    await engine.run(exec('true'));
    assert.equal(accepted, false);
    writeFileSync(gate, '');
    await within(5000, big, 'a write to a child that reads');
    await engine.closeStdin(id);
    assert.equal((await engine.waitForCompletion(id)).stdout.trim(), '4000000');
  });

  test('pipe: a write to a child that is gone settles', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(exec('true', [], { stdin: { type: 'pipe' } }));
    const write = engine.writeStdin(id, Buffer.alloc(4_000_000)).then(
      () => assert.fail('more than a pipe holds was accepted'),
      (error) => error.code,
    );
    await engine.waitForCompletion(id);
    const code = await within(2000, write, 'a write to a child that is gone');
    assert.ok(['IO', 'NOT_RUNNING'].includes(code), code);
  });
});

describe('identity', () => {
  test('metadata is echoed in the result and the summary', async (t) => {
    const engine = makeEngine(t);
    const metadata = { source: 'test', conversation_id: 'c-1', tags: { team: 'ops', 'odd key': '' } };
    const result = await engine.run(exec('true', [], { metadata }));
    assert.deepEqual({ ...result.metadata }, metadata);
    const [summary] = await engine.listExecutions();
    assert.deepEqual({ ...summary.metadata }, metadata);
  });

  for (const metadata of [{}, { source: null, tags: {} }, { conversation_id: null }, { tags: { a: 'b' } }])
    test(`metadata is echoed as it was given: ${JSON.stringify(metadata)}`, async (t) => {
      const engine = makeEngine(t);
      const result = await engine.run(exec('true', [], { metadata }));
      assert.equal(JSON.stringify(result.metadata), JSON.stringify(metadata));
    });

  test('a given id becomes the execution id', async (t) => {
    const id = '3f2b8c1e-7d4a-4f5b-9a6c-0e1d2c3b4a59';
    const engine = makeEngine(t);
    assert.equal(await engine.execute(exec('true', [], { id })), id);
    assert.equal((await engine.waitForCompletion(id)).id, id);
  });

  test('without one a version 4 UUID is made', async (t) => {
    const id = await makeEngine(t).execute(exec('true'));
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('null means absent for what may be null', async (t) => {
    const request = { working_dir: null, timeout_ms: null, stdin: null, output_log_path: null };
    assert.equal(await stdoutOf(t, exec('echo', ['ok'], request)), 'ok\n');
  });
});

describe('AbortSignal', () => {
  test('a signal is let go when its execution ends, though nobody listens', async (t) => {
    const engine = makeEngine(t);
    const { signal } = new AbortController();
    const id = await engine.execute(exec('true'), { signal });
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    await engine.waitForCompletion(id);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  test('aborted before: rejects with the reason, and nothing starts', async (t) => {
    const engine = makeEngine(t);
    const events = recordEvents(engine);
    const reason = new Error('changed my mind');
    await assert.rejects(engine.execute(exec('true'), { signal: AbortSignal.abort(reason) }), reason);
    await assert.rejects(engine.run(exec('true'), { signal: AbortSignal.abort(reason) }), reason);
    assert.equal((await engine.getStats()).total, 0);
    assert.deepEqual(events, []);
  });

  test('aborted by the code that made the request: rejects every time, and nothing starts', async (t) => {
    const engine = makeEngine(t);
    const reason = new Error('never mind');
    const submissions = [
      (options) => engine.execute(exec('true'), options),
      (options) => engine.run(exec('true'), options),
      (options) =>
        engine.executePlan({ description: '', strategy: { type: 'serial' }, commands: [exec('true')] }, options),
    ];
    for (let i = 0; i < 60; i++) {
      const abort = new AbortController();
      const first = submissions[i % 3]({ signal: abort.signal });
      const second = submissions[(i + 1) % 3]({ signal: abort.signal });
      abort.abort(reason);
      await Promise.all([first, second].map((submitted) => assert.rejects(submitted, reason)));
    }
    assert.equal((await engine.getStats()).total, 0);
  });

  test('a signal does not change the order of what is asked', async (t) => {
    const engine = makeEngine(t, { max_concurrent_executions: 1, concurrency_policy: 'queue' });
    const { signal } = new AbortController();
    const started = [];
    engine.on('started', ({ command }) => started.push(command));
    const id = randomUUID();
    const asked = [
      engine.run(exec('true', ['1']), { signal }),
      engine.run(exec('true', ['2'])),
      engine.execute({ ...exec('true', ['3']), id }, { signal }),
      engine.waitForCompletion(id),
    ];
    await Promise.all(asked);
    assert.deepEqual(started, ['true 1', 'true 2', 'true 3']);
  });

  test('aborted later: cancelled', async (t) => {
    const engine = makeEngine(t);
    const abort = new AbortController();
    const id = await engine.execute(shell('echo up; exec sleep 1000'), { signal: abort.signal });
    engine.once('stdout', () => abort.abort());
    const result = await engine.waitForCompletion(id);
    assert.equal(result.status, 'cancelled');
    assert.equal(result.termination.cause, 'cancel');
  });
});

test('text of every length arrives as it is, whatever its characters take', async (t) => {
  const engine = makeEngine(t);
  const texts = ['a', 'é', '€', '😀'].flatMap((character) =>
    Array.from({ length: 24 }, (_, i) => 'x'.repeat(i) + character.repeat(112 / Buffer.byteLength(character))),
  );
  const { stdout } = await engine.run(exec('printf', ['%s\n', ...texts]));
  assert.deepEqual(stdout.split('\n').slice(0, -1), texts);
});

test('the exec bit is what makes a program, not its name', async (t) => {
  const tool = tempFile('tool', '#!/bin/sh\necho ran\n', 0o644);
  const engine = makeEngine(t);
  await assert.rejects(engine.run(exec(tool)), { code: 'VALIDATION', kind: 'INVALID_COMMAND' });
  chmodSync(tool, 0o755);
  assert.equal((await engine.run(exec(tool))).stdout, 'ran\n');
});
