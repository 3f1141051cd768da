// Contract §3, §5, §6: whatever a child prints, every byte is where it belongs and memory stays bounded.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, test } from 'node:test';

import {
  exec,
  isLine,
  isTerminal,
  makeEngine,
  nextEvent,
  recordEvents,
  shell,
  tempFile,
  until,
  wholeLines,
  withCode,
} from '../support.mjs';

async function runRecorded(t, request, config) {
  const engine = makeEngine(t, config);
  const events = recordEvents(engine);
  const result = await engine.run(request);
  assert.equal(events.filter(isTerminal).length, 1, 'exactly one terminal event');
  assert.ok(isTerminal(events.at(-1)), 'the terminal event is the last');
  return { engine, events, result };
}

describe('hard output', () => {
  test('10 MB without a newline', async (t) => {
    const size = 10_485_760;
    const { events, result } = await runRecorded(t, shell(`head -c ${size} /dev/zero | tr '\\0' x`));
    assert.ok(result.stdout === 'x'.repeat(size) && !result.output_truncated);
    const pieces = events.filter(isLine);
    assert.ok(
      pieces.every((event) => event.line.length <= 65_536),
      'pieces of at most 64 KiB',
    );
    assert.ok(
      pieces.slice(0, -1).every((event) => event.partial === true),
      'all but the last are partial',
    );
    const lines = wholeLines(events, 'stdout');
    assert.ok(lines.length === 1 && lines[0] === result.stdout);
  });

  test('1 MB of random bytes', async (t) => {
    const bytes = randomBytes(1_048_576);
    const { engine, events, result } = await runRecorded(t, exec('cat', [tempFile('random', bytes)]));
    assert.ok(bytes.equals(await engine.readOutput(result.id, 'stdout')));
    assert.equal(result.stdout_bytes, bytes.length);
    assert.equal(result.output_lossy, true);
    const newlines = bytes.filter((byte) => byte === 10).length;
    assert.equal(wholeLines(events, 'stdout').length, newlines + (bytes.at(-1) === 10 ? 0 : 1));
  });

  test('random bytes become the text that TextDecoder makes of them', async (t) => {
    const bytes = randomBytes(200_000);
    const { result } = await runRecorded(t, exec('cat', [tempFile('random', bytes)]));
    assert.ok(result.stdout === new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  });

  test('a progress bar that uses \\r', async (t) => {
    const script = "printf '10%%\\r20%%\\r'; read; printf '100%%\\ndone\\n'";
    const engine = makeEngine(t);
    const events = recordEvents(engine);
    const open = nextEvent(engine, isLine);
    const id = await engine.execute(shell(script, { stdin: { type: 'pipe' } }));
    assert.equal((await open).partial, true);
    await engine.closeStdin(id);
    const result = await engine.waitForCompletion(id);
    assert.equal(result.stdout, '10%\r20%\r100%\ndone\n');
    assert.deepEqual(wholeLines(events, 'stdout'), ['10%\r20%\r100%', 'done']);
  });

  test('NUL bytes', async (t) => {
    const { events, result } = await runRecorded(t, exec('printf', ['a\\0b\\n\\0']));
    assert.equal(result.stdout, 'a\0b\n\0');
    assert.deepEqual(wholeLines(events, 'stdout'), ['a\0b', '\0']);
  });

  test('half a character at the end', async (t) => {
    const { events, result } = await runRecorded(t, exec('printf', ['caf\\303']));
    assert.deepEqual([result.stdout, result.output_lossy], ['caf\ufffd', true]);
    assert.deepEqual(wholeLines(events, 'stdout'), ['caf\ufffd']);
  });

  test('a character is never split, however slowly it comes', async (t) => {
    const engine = makeEngine(t);
    const events = recordEvents(engine);
    const open = nextEvent(engine, isLine);
    const script = "printf 'caf\\303'; read; printf '\\251\\n'";
    const id = await engine.execute(shell(script, { stdin: { type: 'pipe' } }));
    assert.equal((await open).line, 'caf');
    await engine.closeStdin(id);
    const result = await engine.waitForCompletion(id);
    assert.deepEqual([result.stdout, result.output_lossy], ['café\n', false]);
    assert.deepEqual(wholeLines(events, 'stdout'), ['café']);
  });

  test('a character is never split between the pieces of a long line', async (t) => {
    const text = `x${'€'.repeat(100_000)}\n`;
    const { events, result } = await runRecorded(t, exec('cat', [tempFile('long', text)]));
    assert.ok(result.stdout === text);
    assert.ok(wholeLines(events, 'stdout')[0] === text.slice(0, -1));
    assert.ok(events.filter(isLine).length > 1);
  });

  test('200,000 lines', async (t) => {
    const { events, result } = await runRecorded(t, exec('seq', ['200000']));
    const lines = events.filter(isLine);
    assert.equal(lines.length, 200_000);
    const wrong = lines.findIndex((event, i) => event.line !== String(i + 1) || event.seq !== i + 1);
    assert.equal(wrong, -1, `line ${wrong}: ${JSON.stringify(lines[wrong])}`);
    assert.equal(result.stdout, readFileSync(tempFile('n', lines.map((event) => `${event.line}\n`).join('')), 'utf8'));
  });

  test('both streams at once, each in its own order', async (t) => {
    const script = 'for i in {1..5000}; do echo o$i; echo e$i >&2; done';
    const { events, result } = await runRecorded(t, shell(script));
    const numbers = (letter) => Array.from({ length: 5000 }, (_, i) => `${letter}${i + 1}`);
    assert.deepEqual(wholeLines(events, 'stdout'), numbers('o'));
    assert.deepEqual(wholeLines(events, 'stderr'), numbers('e'));
    assert.deepEqual([result.stdout_bytes, result.stderr_bytes], [result.stdout.length, result.stderr.length]);
  });

  test('\\r\\n, empty lines and a missing final newline', async (t) => {
    const { events } = await runRecorded(t, exec('printf', ['a\\r\\n\\n\\r\\nb\\rc\\nd']));
    assert.deepEqual(wholeLines(events, 'stdout'), ['a', '', '', 'b\rc', 'd']);
  });

  test('no output, no lines', async (t) => {
    const { events } = await runRecorded(t, exec('true'));
    assert.deepEqual(
      events.map((event) => event.event_type),
      ['started', 'completed'],
    );
  });
});

describe('a line that stays open', () => {
  test('a prompt is delivered while the child waits for the answer', async (t) => {
    const engine = makeEngine(t);
    const events = recordEvents(engine);
    const prompt = nextEvent(engine, isLine);
    const id = await engine.execute(shell('printf "name? "; read n; echo "hi $n"', { stdin: { type: 'pipe' } }));
    const { line, partial } = await prompt;
    assert.deepEqual([line, partial], ['name? ', true]);
    await engine.writeStdin(id, 'Ada\n');
    await engine.waitForCompletion(id);
    assert.deepEqual(wholeLines(events, 'stdout'), ['name? hi Ada']);
  });

  test('a line of 64 KiB is whole, one byte more comes in pieces', async (t) => {
    const engine = makeEngine(t);
    for (const [size, pieces] of [
      [65_536, 1],
      [65_537, 2],
    ]) {
      const events = recordEvents(engine);
      await engine.run(exec('cat', [tempFile('line', `${'y'.repeat(size)}\n`)]));
      engine.removeAllListeners('event');
      const lines = events.filter(isLine);
      assert.equal(lines.length, pieces, `${size} bytes`);
      assert.equal(wholeLines(events, 'stdout')[0].length, size);
    }
  });
});

describe('truncate_with_warning', () => {
  const limit = 1000;
  const config = { max_output_size_bytes: limit };

  for (const stream of ['stdout', 'stderr']) {
    for (const size of [limit - 1, limit, limit + 1]) {
      test(`${stream}: ${size} bytes of ${limit}`, async (t) => {
        const target = stream === 'stdout' ? '' : '>&2';
        const { engine, result } = await runRecorded(
          t,
          shell(`head -c ${size} /dev/zero | tr '\\0' x ${target}`),
          config,
        );
        const kept = 'x'.repeat(Math.min(size, limit));
        assert.equal(result.output_truncated, size > limit);
        assert.equal(result[`${stream}_bytes`], size);
        assert.equal(String(await engine.readOutput(result.id, stream)), kept);
        assert.equal(result[stream].slice(0, kept.length), kept);
        const warning = result[stream].slice(kept.length);
        if (size <= limit) assert.equal(warning, '');
        else
          assert.match(
            warning,
            /^\n?[^\n]*\b1000\b[^\n]*\b1001\b[^\n]*\n?$|^\n?[^\n]*\b1001\b[^\n]*\b1000\b[^\n]*\n?$/,
          );
        assert.equal(result.status, 'completed');
      });
    }
  }

  test('the limit is for both streams together', async (t) => {
    const script = "head -c 700 /dev/zero | tr '\\0' o; head -c 700 /dev/zero | tr '\\0' e >&2";
    const { engine, result } = await runRecorded(t, shell(script), config);
    const out = String(await engine.readOutput(result.id, 'stdout'));
    const err = String(await engine.readOutput(result.id, 'stderr'));
    assert.equal(out.length + err.length, limit);
    assert.ok(/^o*$/.test(out) && /^e*$/.test(err));
    assert.deepEqual([result.stdout_bytes, result.stderr_bytes], [700, 700]);
  });

  test('the child goes on, and so do its line events', async (t) => {
    const { events, result } = await runRecorded(t, exec('seq', ['5000']), config);
    assert.equal(result.exit_code, 0);
    assert.equal(wholeLines(events, 'stdout').at(-1), '5000');
    assert.equal(events.filter(isLine).length, 5000);
  });

  test('a character across the limit is not half kept as text', async (t) => {
    const { result } = await runRecorded(t, shell(`head -c 999 /dev/zero | tr '\\0' x; printf '€€'`), config);
    assert.equal(result.output_truncated, true);
    assert.equal(result.stdout_bytes, 1005);
    assert.equal(result.stdout.slice(0, 999), 'x'.repeat(999));
  });
});

describe('fail_execution', () => {
  const config = { max_output_size_bytes: 1000, oversized_output_strategy: 'fail_execution' };

  test('exactly the limit is fine', async (t) => {
    const { result } = await runRecorded(t, exec('head', ['-c', '1000', '/dev/zero']), config);
    assert.equal(result.status, 'completed');
  });

  test('one byte more fails', async (t) => {
    const running = makeEngine(t, config).run(exec('head', ['-c', '1001', '/dev/zero']));
    await assert.rejects(running, withCode('OUTPUT_SIZE_EXCEEDED'));
  });

  test('an endless child is ended, and the error carries the result', async (t) => {
    const engine = makeEngine(t, config);
    const failed = nextEvent(engine, isTerminal);
    const id = await engine.execute(exec('yes'));
    const error = await engine.waitForCompletion(id).then(
      () => assert.fail('no rejection'),
      (reason) => reason,
    );
    assert.equal(error.code, 'OUTPUT_SIZE_EXCEEDED');
    assert.equal(error.execution_id, id);
    assert.deepEqual([error.result.status, error.result.termination.cause], ['failed', 'output_limit']);
    assert.deepEqual(await engine.getResult(id), error.result);
    assert.equal((await failed).event_type, 'failed');
  });
});

describe('stream_to_file', () => {
  const config = { max_output_size_bytes: 1000, oversized_output_strategy: 'stream_to_file' };

  test('up to the limit there is no file', async (t) => {
    const { result } = await runRecorded(t, exec('head', ['-c', '1000', '/dev/zero']), config);
    assert.deepEqual([result.stdout_overflow_file, result.stderr_overflow_file], [null, null]);
  });

  test('captured bytes and file together are every byte, per stream', async (t) => {
    const { engine, result } = await runRecorded(t, shell('seq 20000; seq -s, 20000 >&2'), config);
    for (const [stream, tail] of [
      ['stdout', '20000\n'],
      ['stderr', ',20000\n'],
    ]) {
      const file = result[`${stream}_overflow_file`];
      const kept = await engine.readOutput(result.id, stream);
      const all = Buffer.concat([kept, file && existsSync(file) ? readFileSync(file) : Buffer.alloc(0)]);
      assert.equal(all.length, result[`${stream}_bytes`]);
      const separator = stream === 'stdout' ? '\n' : ',';
      const numbers = all.toString().trim().split(separator);
      assert.equal(numbers.length, 20_000);
      assert.ok(numbers.every((n, i) => n === String(i + 1)));
      assert.ok(all.toString().endsWith(tail));
    }
  });

  test('the file is for its owner only', async (t) => {
    const { result } = await runRecorded(t, exec('head', ['-c', '1001', '/dev/zero']), config);
    assert.equal(statSync(result.stdout_overflow_file).size, 1);
    assert.equal(statSync(result.stdout_overflow_file).mode & 0o777, 0o600);
  });
});

describe('the last lines of two streams', () => {
  const open = shell('printf a; printf b >&2');
  const lines = (events) => events.filter(isLine).map(({ event_type, line }) => `${event_type} ${line}`);

  test('come in the order in which they were written, in events and in the log', async (t) => {
    for (let i = 0; i < 30; i++) {
      const { engine, events, result } = await runRecorded(t, open);
      assert.deepEqual(lines(events), ['stdout a', 'stderr b']);
      assert.equal(await engine.readLogs(result.id), 'a\nb\n');
    }
  });

  test('without events the log has them in that order too', async (t) => {
    const engine = makeEngine(t, { stream_output: false });
    for (let i = 0; i < 30; i++) assert.equal(await engine.readLogs((await engine.run(open)).id), 'a\nb\n');
  });

  test('of a stream that was closed: before what the other one says later', async (t) => {
    const { events } = await runRecorded(t, shell('printf a; exec >&-; echo b >&2; echo c >&2'));
    assert.deepEqual(lines(events), ['stdout a', 'stderr b', 'stderr c']);
  });

  for (const stream_output of [true, false])
    test(`of a stream that was closed: soon, while the command goes on; stream_output ${stream_output}`, async (t) => {
      const engine = makeEngine(t, { stream_output });
      const events = recordEvents(engine);
      const id = await engine.execute(shell('printf a; exec >&-; cat >&2', { stdin: { type: 'pipe' } }));
      await until(async () => (await engine.readLogs(id)) === 'a\n', 5000, 'the line in the log');
      if (stream_output) assert.equal(wholeLines(events, 'stdout')[0], 'a');
      assert.equal(await engine.getStatus(id), 'running');
      await engine.closeStdin(id);
      await engine.waitForCompletion(id);
    });
});
