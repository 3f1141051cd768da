// What the modes and owners of files do not allow. For root they mean nothing, so it runs the tool without that right.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { exec, otherUser, tempDir } from '../support.mjs';
import { bin, run } from './cli.mjs';

const isRoot = process.getuid() === 0;
const bound = isRoot ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
const stranger = otherUser.split(' ');
/** Why not, if the tool cannot be run with these words before it. */
const whyNot = (words) =>
  spawnSync('env', [...words, process.execPath, bin, '--version']).status === 0 ? false : `needs ${words.join(' ')}`;

const planThatTouches = (file) =>
  JSON.stringify({ description: 'a test', strategy: { type: 'serial' }, commands: [exec('touch', [file])] });

test('a report where it may not be written: told before anything runs', { skip: whyNot(bound) }, async (t) => {
  const dir = tempDir();
  const ran = join(tempDir(), 'ran');
  const file = join(dir, 'report.html');
  writeFileSync(file, 'of yesterday', { mode: 0o400 });
  const folder = join(dir, 'folder');
  mkdirSync(folder, { mode: 0o500 });
  for (const place of [file, join(folder, 'new.html')]) {
    const options = { under: bound, input: planThatTouches(ran) };
    const { code, stdout, stderr } = await run(t, ['plan', '-', '--report', place], options);
    assert.deepEqual([code, stdout], [125, ''], place);
    assert.match(stderr, /^cloudops-exec: the report cannot be written to [^\n]+: EACCES[^\n]*\n$/);
    assert.ok(!existsSync(ran), place);
  }
  assert.equal(readFileSync(file, 'utf8'), 'of yesterday');
});

test(
  'a report in the place of a file of somebody else that all may write: told before anything runs',
  { skip: isRoot ? whyNot(stranger) : 'needs root, to be two users' },
  async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'report-'));
    t.after(() => rmSync(dir, { recursive: true }));
    chmodSync(dir, 0o777);
    const [file, ran] = [join(dir, 'report.html'), join(dir, 'ran')];
    writeFileSync(file, 'of yesterday');
    chmodSync(file, 0o666);
    const options = { under: stranger, input: planThatTouches(ran), env: { EXEC_LOG_DIR: join(dir, 'logs') } };
    const { code, stderr } = await run(t, ['plan', '-', '--report', file], options);
    assert.equal(stderr, `cloudops-exec: the report cannot be written to ${file}: it belongs to user 0\n`);
    assert.equal(code, 125);
    assert.equal(readFileSync(file, 'utf8'), 'of yesterday');
    assert.ok(!existsSync(ran));
  },
);

test('a log directory in which nothing can be made is missing for the doctor', { skip: whyNot(bound) }, async (t) => {
  for (const mode of ['0500', '0600']) {
    const dir = join(tempDir(), 'logs');
    mkdirSync(dir, { mode: parseInt(mode, 8) });
    const { code, stdout } = await run(t, ['doctor', '--log-dir', dir], { under: bound });
    assert.equal(code, 0, stdout);
    assert.ok(stdout.includes(`logs: cannot be written to (mode ${mode})\n`), stdout);
    assert.match(stdout, /✗ log directory /);
  }
});
