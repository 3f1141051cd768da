// A tarball as `npm pack` makes it. Where the prebuilt binaries have not all been made, it holds this machine's own build
// as the only one: quick, and the working tree is left alone.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { whyUnusable } from '../../scripts/prebuild/stamp.mjs';
import { addonName, binaryOf, targets } from '../../scripts/prebuild/targets.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runs a program to its end; a failure shows all it said. `native` is the binary it shall load, if not the package's. */
export function run(program, args, { native, more = {}, ...options } = {}) {
  // Neither this test's choice of binary nor the test runner's private signs.
  const env = { ...process.env, CI: '1', CLOUDOPS_NATIVE_PATH: native, NODE_TEST_CONTEXT: undefined, ...more };
  const done = spawnSync(program, args, { encoding: 'utf8', env, ...options });
  assert.equal(done.status, 0, `${program} ${args.join(' ')}: ${done.error ?? ''}\n${done.stdout}\n${done.stderr}`);
  return done.stdout;
}

/** Packs into `dir`; gives the tarball's path and the paths of the files in it. */
export function pack(dir) {
  const stage = join(dir, 'stage');
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of ['package.json', 'README.md', ...files]) {
    if (name === 'prebuilds/' || !existsSync(join(root, name))) continue;
    mkdirSync(dirname(join(stage, name)), { recursive: true });
    cpSync(join(root, name), join(stage, name), { recursive: true });
  }
  for (const { from, folder } of binaries()) {
    mkdirSync(join(stage, 'prebuilds', folder), { recursive: true });
    cpSync(from, join(stage, 'prebuilds', folder, addonName));
  }
  const [{ filename, files: packed }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir], { cwd: stage }),
  );
  return { tarball: join(dir, filename), files: packed.map(({ path }) => path) };
}

/** Why a tarball made here is not the one that would be published, or undefined. */
export function whyNotFinal() {
  const reasons = targets.map((target) => [target.name, whyUnusable(target)]).filter(([, reason]) => reason);
  return reasons.length > 0 ? `${reasons.map((words) => words.join(' ')).join(', ')}: npm run prebuild` : undefined;
}

function binaries() {
  if (whyNotFinal() === undefined) return targets.map((target) => ({ from: binaryOf(target), folder: target.name }));
  return [{ from: join(root, 'build/Release', addonName), folder: `${process.platform}-${process.arch}` }];
}

/** An empty project outside the repository. */
export function emptyProject(dir, name) {
  const project = join(dir, name);
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name, version: '1.0.0', private: true }));
  cpSync(join(root, 'test-js/package/core.mjs'), join(project, 'core.mjs'));
  return project;
}
