// Where `plan --report` puts its page, and what becomes of what was there.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { exec, noFullDisk, tempDir, tempFile } from '../support.mjs';
import { bin, run } from './cli.mjs';

const plan = (more = {}) =>
  tempFile(
    'plan.json',
    JSON.stringify({ description: 'a test', strategy: { type: 'serial' }, commands: [exec('true')], ...more }),
  );
const modeOf = (path) => statSync(path).mode & 0o777;
const isPage = (path) => /^<!doctype html>[^]*<\/html>\s*$/i.test(readFileSync(path, 'utf8'));

/** A line of bash in which "$@" is the tool with a plan and its report. */
function bash(line, report, file = plan()) {
  const env = { ...process.env, EXEC_LOG_DIR: join(tempDir(), 'logs') };
  const words = ['-c', line, 'bash', process.execPath, bin, 'plan', '--report', report, file];
  return spawnSync('bash', words, { encoding: 'utf8', env });
}

const otherDevice = statSync('/dev/shm', { throwIfNoEntry: false })?.dev;
const noOtherFileSystem =
  otherDevice === undefined || otherDevice === statSync(tempDir()).dev
    ? '/dev/shm is no file system of its own'
    : false;

/** A directory with a page of yesterday's that everybody may read. */
function yesterdays() {
  const dir = tempDir();
  const path = join(dir, 'report.html');
  writeFileSync(path, 'of yesterday');
  chmodSync(path, 0o644);
  return { dir, path };
}

test('a page that was there is replaced by one that only its owner may read', async (t) => {
  const { dir, path } = yesterdays();
  assert.equal((await run(t, ['plan', '--report', path, plan()])).code, 0);
  assert.ok(isPage(path));
  assert.equal(modeOf(path), 0o600);
  assert.deepEqual(readdirSync(dir), ['report.html'], 'and nothing is left of how it came there');
});

test('under any umask its owner may read it', () => {
  const { path } = yesterdays();
  assert.equal(bash('umask 777; exec "$@"', path).status, 0);
  assert.equal(modeOf(path), 0o600);
});

test('a symbolic link stays one, and what it points to is replaced', async (t) => {
  const { path } = yesterdays();
  const link = join(tempDir(), 'link.html');
  symlinkSync(path, link);
  assert.equal((await run(t, ['plan', '--report', link, plan()])).code, 0);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.ok(isPage(path));
  assert.equal(modeOf(path), 0o600);
});

test('without room for all of it: 125, and what was there is untouched', () => {
  const { dir, path } = yesterdays();
  const big = plan({ description: 'x'.repeat(3_000_000) });
  for (const place of [path, join(dir, 'new.html')]) {
    const { status, stderr } = bash('ulimit -f 2000; exec "$@" >/dev/null', place, big);
    assert.match(stderr, /^cloudops-exec: the report cannot be written to [^\n]+: EFBIG[^\n]*\n$/);
    assert.equal(status, 125);
    assert.equal(readFileSync(path, 'utf8'), 'of yesterday');
    assert.deepEqual(readdirSync(dir), ['report.html']);
  }
});

describe('what is no file', () => {
  test('a device is written to and stays one', async (t) => {
    for (const device of ['/dev/null', '/proc/self/fd/0']) {
      assert.equal((await run(t, ['plan', '--report', device, plan()])).code, 0);
      assert.ok(statSync('/dev/null').isCharacterDevice());
    }
  });

  test('a device that takes nothing: 125 and a sentence', { skip: noFullDisk }, async (t) => {
    const { code, stderr } = await run(t, ['plan', '--report', '/dev/full', plan()]);
    assert.match(stderr, /^cloudops-exec: the report cannot be written to \/dev\/full: ENOSPC[^\n]*\n$/);
    assert.equal(code, 125);
  });
});

test('refused before anything runs: what cannot be replaced, and where the view goes', async (t) => {
  const { dir, path } = yesterdays();
  const file = plan({ commands: [exec('touch', [join(dir, 'ran')])] });
  const dangling = join(dir, 'dangling');
  symlinkSync('nowhere', dangling);
  for (const place of ['', join(dir, 'folder/'), dangling, '/dev/stdout']) {
    const { code, stdout, stderr } = await run(t, ['plan', '--report', place, file]);
    assert.deepEqual([code, stdout], [125, ''], place);
    assert.ok(stderr.startsWith(`cloudops-exec: the report cannot be written to ${place}: it is `), stderr);
  }
  for (const [line, place] of [
    ['exec "$@" >"$REPORT"', path],
    ['exec "$@" >"$REPORT"', '/dev/stdout'],
    ['exec "$@" 2>"$REPORT" >&2', path],
    ['exec "$@" 2>"$REPORT"', path],
  ]) {
    assert.equal(bash(line.replace('$REPORT', path), place, file).status, 125, `${line} ${place}`);
  }
  assert.ok(!existsSync(join(dir, 'ran')));
});

const noMounts = spawnSync('unshare', ['-rm', 'true']).status === 0 ? false : 'needs a mount namespace of its own';

test('a file that is a mount point is written to', { skip: noMounts }, () => {
  const { dir, path } = yesterdays();
  const inside = join(tempDir(), 'inside');
  mkdirSync(inside);
  const mounted = join(inside, 'report.html');
  writeFileSync(mounted, '');
  const script = `mount --bind '${path}' '${mounted}' && exec "$@"`;
  const words = ['-rm', 'sh', '-c', script, 'sh', process.execPath, bin, 'plan', '--report', mounted, plan()];
  execFileSync('unshare', words, { env: { ...process.env, EXEC_LOG_DIR: join(tempDir(), 'logs') } });
  assert.ok(isPage(path));
  assert.equal(modeOf(path), 0o600);
  assert.deepEqual([readdirSync(dir), readdirSync(inside)], [['report.html'], ['report.html']]);
});

test(
  'a path that goes through a link and back is where the system says it is',
  { skip: noOtherFileSystem },
  async (t) => {
    const other = mkdtempSync('/dev/shm/report-');
    t.after(() => rmSync(other, { recursive: true }));
    mkdirSync(join(other, 'sub'));
    const dir = tempDir();
    symlinkSync(join(other, 'sub'), join(dir, 'link'));
    const { code, stderr } = await run(t, ['plan', plan(), '--report', `${dir}/link/../r.html`]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(readdirSync(other).sort(), ['r.html', 'sub']);
  },
);
