// Contract §4: events(id) and lines(id), the async iterators.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { collect, exec, isLine, makeEngine, shell, until, wholeLines, within, withCode } from '../support.mjs';

const unknown = '00000000-0000-4000-8000-000000000000';

describe('events(id)', () => {
  test('misses nothing after `await execute`, and ends with the terminal event', async (t) => {
    const engine = makeEngine(t);
    for (let i = 0; i < 20; i++) {
      const id = await engine.execute(exec('echo', [String(i)]));
      const events = await collect(engine.events(id));
      assert.deepEqual(
        events.map((event) => event.event_type),
        ['started', 'stdout', 'completed'],
      );
      assert.equal(events[1].line, String(i));
    }
  });

  test('sees only its own execution', async (t) => {
    const engine = makeEngine(t);
    const ids = await Promise.all(['a', 'b', 'c'].map((word) => engine.execute(exec('echo', [word]))));
    const all = await Promise.all(ids.map((id) => collect(engine.events(id))));
    all.forEach((events, i) => {
      assert.ok(events.every((event) => event.execution_id === ids[i]));
      assert.deepEqual(wholeLines(events, 'stdout'), [['a', 'b', 'c'][i]]);
    });
  });

  test('two readers of one execution each see all of it', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(exec('seq', ['2000']));
    const [first, second] = await Promise.all([collect(engine.events(id)), collect(engine.events(id))]);
    assert.equal(first.filter(isLine).length, 2000);
    assert.deepEqual(first, second);
  });

  test('of a finished execution is its terminal event', async (t) => {
    const engine = makeEngine(t);
    const result = await engine.run(exec('echo', ['x']));
    const events = await within(2000, collect(engine.events(result.id)), 'events of a finished execution');
    assert.deepEqual(
      events.map((event) => [event.event_type, event.result]),
      [['completed', result]],
    );
  });

  test('of an unknown id is NOT_FOUND', async (t) => {
    const engine = makeEngine(t);
    await assert.rejects(
      within(2000, (async () => collect(engine.events(unknown)))(), 'events'),
      withCode('NOT_FOUND'),
    );
  });

  test('of a queued execution begins when its turn comes', async (t) => {
    const engine = makeEngine(t, { max_concurrent_executions: 1, concurrency_policy: 'queue' });
    const first = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    const id = await engine.execute(exec('echo', ['second']));
    const reading = collect(engine.events(id));
    await until(async () => (await engine.getStatus(id)) === 'pending', 2000, 'the second to be queued');
    await engine.closeStdin(first);
    assert.deepEqual(
      (await reading).map((event) => event.event_type),
      ['started', 'stdout', 'completed'],
    );
  });

  test('ends when the execution is cancelled', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(exec('sleep', ['1000']));
    const types = [];
    for await (const event of engine.events(id)) {
      types.push(event.event_type);
      if (event.event_type === 'started') await engine.cancel(id);
    }
    assert.deepEqual(types, ['started', 'cancelled']);
  });
});

describe('lines(id)', () => {
  test('gives stream and line, nothing else', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(shell('echo one; echo two; exit 1'));
    const lines = (await collect(engine.lines(id))).map((line) => ({ ...line }));
    for (const line of lines) if (line.partial === undefined || line.partial === false) delete line.partial;
    assert.deepEqual(lines, [
      { stream: 'stdout', line: 'one' },
      { stream: 'stdout', line: 'two' },
    ]);
  });

  test('flags the pieces of a line', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(shell("head -c 100000 /dev/zero | tr '\\0' z"));
    const pieces = await collect(engine.lines(id));
    assert.equal(pieces.map((piece) => piece.line).join(''), 'z'.repeat(100_000));
    assert.ok(pieces.length > 1 && pieces[0].partial === true && !pieces.at(-1).partial);
  });

  test('a thousand executions read at once are all complete', async (t) => {
    const engine = makeEngine(t, { log_dir: null, concurrency_policy: 'queue', max_concurrent_executions: 32 });
    const read = async (n) => {
      const id = await engine.execute(exec('echo', [String(n)]));
      return (await collect(engine.lines(id))).map((line) => line.line).join();
    };
    const all = await Promise.all(Array.from({ length: 1000 }, (_, n) => read(n)));
    assert.ok(all.every((line, n) => line === String(n)));
  });
});
