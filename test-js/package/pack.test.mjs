// The packed package in an empty project, installed with scripts blocked, as npm, pnpm and Bun do it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { addonName, targets } from '../../scripts/prebuild/targets.mjs';
import { attw, bun, pnpm, publint } from '../../scripts/prebuild/tools.mjs';
import { emptyProject, pack, run, whyNotFinal } from './stage.mjs';

const dir = mkdtempSync(join(tmpdir(), 'engine-pack-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const { tarball, files } = pack(dir);

function coreIn(project, program, args = []) {
  const report = JSON.parse(
    run(program, [...args, 'core.mjs'], { cwd: project })
      .trim()
      .split('\n')
      .at(-1),
  );
  assert.deepEqual(report.failed, []);
  assert.ok(report.passed > 0);
}

test('the tarball holds what is needed and no build leftovers', () => {
  for (const file of ['lib/index.js', 'lib/index.mjs', 'typings/index.d.ts', 'binding.gyp', 'sources.json']) {
    assert.ok(files.includes(file), file);
  }
  const strange = files.filter((file) => /(^|\/)(out|build|node_modules|test-js|test-native)\/|\.o$/.test(file));
  assert.deepEqual(strange, []);
});

test('the tarball holds the binaries of all platforms in less than 5 MB', { skip: whyNotFinal() }, () => {
  for (const { name } of targets) assert.ok(files.includes(`prebuilds/${name}/${addonName}`), name);
  assert.ok(statSync(tarball).size < 5_000_000, `${statSync(tarball).size} bytes`);
});

test('npm installs it without scripts, and it runs', () => {
  const project = emptyProject(dir, 'with-npm');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball], { cwd: project });
  coreIn(project, process.execPath);
});

test('pnpm installs it without scripts, and it runs', () => {
  const project = emptyProject(dir, 'with-pnpm');
  const store = ['--store-dir', join(dir, 'pnpm-store')];
  run(process.execPath, [pnpm(), 'add', '--ignore-scripts', ...store, tarball], { cwd: project });
  coreIn(project, process.execPath);
});

test('Bun installs it without scripts, and it runs in Bun', () => {
  const project = emptyProject(dir, 'with-bun');
  run(bun(), ['add', '--ignore-scripts', `file:${tarball}`], { cwd: project });
  coreIn(project, bun());
});

test('CMake configures what is in it, without further options', () => {
  const sources = emptyProject(dir, 'for-cmake');
  run('tar', ['-xzf', tarball, '-C', sources]);
  run('cmake', ['-S', join(sources, 'package'), '-B', join(dir, 'cmake-build')]);
});

test('publint finds nothing in it', () => {
  assert.match(run(process.execPath, [publint(), tarball, '--strict']), /All good!/);
});

test('arethetypeswrong finds nothing in it', () => {
  // Node's resolution before version 12 knows no `exports`; this package wants 20.
  run(process.execPath, [attw(), tarball, '--profile', 'node16']);
});
