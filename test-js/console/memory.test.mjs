// What the console keeps is bounded, whatever commands print and whoever reads.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Changes } from '../../examples/console/changes.mjs';
import { Transcript } from '../../examples/console/transcript.mjs';
import { shell, until, within } from '../support.mjs';
import { openConsole, openStream, outputOf, start, told, toldOver } from './client.mjs';

const kilobyte = { stream: 'stdout', line: 'x'.repeat(1000) };
const limit = 256 * 1024;
/** A piece that is being filled comes on top of the limit. */
const most = limit + 70 * 1024;

/** Adds until it is asked to wait; how many rows that took. */
function fillUp(transcript, rows = 2000) {
  for (let i = 1; i <= rows; i++) {
    const room = transcript.add(kilobyte);
    if (room !== undefined) return { rows: i, room };
  }
  return { rows };
}

/** Takes what is there until the end; rows and marks, parsed. */
async function readAll(reader) {
  const records = [];
  for (let text = await reader.next(); text !== undefined; text = await reader.next())
    records.push(
      ...String(text)
        .trimEnd()
        .split('\n')
        .map((row) => JSON.parse(row)),
    );
  return records;
}

describe('a transcript', () => {
  test('drops its oldest lines when nobody reads, and says where it begins', async () => {
    const transcript = new Transcript(limit);
    assert.equal(fillUp(transcript).room, undefined, 'nobody is to wait for');
    assert.ok(transcript.bytes <= most, `${transcript.bytes} bytes`);
    transcript.end();
    const [{ first }, ...rows] = await readAll(transcript.read());
    assert.deepEqual(rows.pop(), { total: 2000 });
    assert.equal(first + rows.length, 2000);
    assert.ok(rows.length > 150, 'most of the limit is used');
  });

  test('asks to wait when a reader has not had what would have to go', async () => {
    const transcript = new Transcript(limit);
    const reader = transcript.read();
    const { rows, room } = fillUp(transcript);
    assert.ok(rows < 400, `${rows} rows were taken`);
    assert.ok(transcript.bytes <= most);
    await reader.next();
    await within(1000, room, 'room, once the reader has moved');

    const again = fillUp(transcript);
    reader.close();
    await within(1000, again.room, 'room, once the reader has left');
    assert.equal(fillUp(transcript).room, undefined);
  });

  test('asks to wait also when lines trickle, each a piece of its own', async () => {
    const transcript = new Transcript(2000);
    transcript.read();
    const swift = transcript.read();
    let room;
    for (let i = 0; i < 20 && room === undefined; i++) {
      room = transcript.add(kilobyte);
      // A piece can be read only when it is closed, here by time.
      await within(1000, swift.next(), 'the piece to be closed');
    }
    assert.notEqual(room, undefined);
  });

  test('a reader that comes with a number begins at the piece that holds it', async () => {
    const transcript = new Transcript(2 ** 20);
    fillUp(transcript, 500);
    transcript.end();
    const [{ first }, ...rows] = await readAll(transcript.read(400));
    assert.ok(first > 300 && first <= 400, `it began at ${first}`);
    assert.equal(first + rows.length - 1, 500);
  });

  test('gives up what it keeps, but not under a reader', async () => {
    const transcript = new Transcript(2 ** 20);
    fillUp(transcript, 300);
    transcript.end();
    const reader = transcript.read();
    transcript.forget();
    assert.equal((await readAll(reader)).length, 302);
    transcript.forget();
    assert.equal(transcript.bytes, 0);
    assert.deepEqual(await readAll(transcript.read()), [{ total: 300 }]);
  });
});

test('changes of one entry become one for a page that does not ask', async () => {
  let closed = 0;
  const states = new Map([['a', { id: 'a', n: 0 }]]);
  const changes = new Changes({
    greeting: { kind: 'console' },
    ids: states.keys(),
    stateOf: (id) => ({ ...states.get(id) }),
    onClose: () => closed++,
  });
  for (let n = 1; n <= 10_000; n++) {
    states.get('a').n = n;
    changes.changed('a');
  }
  assert.equal(await changes.next(), '{"kind":"console"}\n{"id":"a","n":10000}\n');
  const pending = changes.next();
  changes.close();
  changes.close();
  assert.equal(await within(1000, pending, 'a pending next, after close'), undefined);
  assert.equal(closed, 1);
});

test('beyond the limits the oldest finished entries are forgotten, and pages are told', async (t) => {
  const console = await openConsole(t, { limits: { entries: 3 } });
  const changes = await openStream(t, `${console.url}api/changes`);
  const ids = [];
  for (let i = 0; i < 5; i++) {
    ids.push(await start(console, shell(`echo ${i}`)));
    await toldOver(changes, ids[i]);
  }
  for (const id of ids.slice(0, 2)) await told(changes, id, ({ kind }) => kind === 'forgotten');
  const later = await openStream(t, `${console.url}api/changes`);
  await until(() => later.records.length > 0, 5000, 'the greeting');
  assert.deepEqual(later.records.map(({ id }) => id).slice(1), ids.slice(2));
});

test('beyond the bytes for all, the oldest finished output goes first', async (t) => {
  const console = await openConsole(t, { limits: { totalBytes: 150_000 } });
  const changes = await openStream(t, `${console.url}api/changes`);
  const ids = [];
  for (let i = 0; i < 3; i++) {
    ids.push(await start(console, shell("head -c 60000 /dev/zero | tr '\\0' x | fold -w 100")));
    await toldOver(changes, ids[i]);
    // All of it has come, too.
    assert.equal((await outputOf(console, ids[i])).at(-1).total, 600);
  }
  ids.push(await start(console, shell('true')));
  await toldOver(changes, ids[3]);
  const kept = await Promise.all(ids.slice(0, 3).map((id) => outputOf(console, id)));
  assert.deepEqual(
    kept.map((rows) => rows.filter(Array.isArray).length),
    [0, 600, 600],
  );
});
