// The everyday build: CMake, incremental, into out/<configuration>; the addon goes to build/Release, where lib/ finds it.
//   node scripts/build.mjs [target…]      default: all

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { Failure, findProgram, isMain, main, root, step, stream } from './support.mjs';

export const releaseDir = join(root, 'out/release');
const addonDir = join(root, 'build/Release');

/** Configures and builds; `options` are CMake cache entries that tell one configuration from another. */
export async function build({ dir = releaseDir, addon = addonDir, options = {}, targets = ['all'] } = {}) {
  await configure(dir, { CLOUDOPS_ADDON_DIR: addon, ...options });
  await step(`building ${targets.join(', ')} in ${shortName(dir)}`, async () => {
    const args = ['--build', dir, '--parallel', '2', '--target', ...targets];
    const { ok, text } = await stream('cmake', args, { show: worthShowing() });
    if (!ok) throw new Failure(`The build failed. The compiler's last words:\n${tail(text)}`);
  });
}

async function configure(dir, options) {
  if (isFromElsewhere(dir)) rmSync(dir, { recursive: true });
  mkdirSync(dir, { recursive: true });
  // CMake configures again by itself when its own files, or the list of sources, have changed.
  const cached = readCache(dir);
  const complete = ['build.ninja', 'Makefile'].some((file) => existsSync(join(dir, file)));
  if (complete && Object.entries(options).every(([name, value]) => cached[name] === value)) return;

  const generator = findProgram('ninja') ? 'Ninja' : 'Unix Makefiles';
  const entries = Object.entries(options).map(([name, value]) => `-D${name}=${value}`);
  await step(`configuring ${shortName(dir)}`, async () => {
    const args = ['-S', root, '-B', dir, '-G', cached.CMAKE_GENERATOR ?? generator, ...entries];
    const { ok, text } = await stream('cmake', args, { show: (line) => /left out/.test(line) });
    if (!ok) throw new Failure(`CMake failed:\n${tail(text)}`);
  });
}

/** What a build tree was configured with, by name. */
function readCache(dir) {
  const file = join(dir, 'CMakeCache.txt');
  if (!existsSync(file)) return {};
  const entries = readFileSync(file, 'utf8').matchAll(/^([A-Za-z_]+):[A-Z]+=(.*)$/gm);
  return Object.fromEntries([...entries].map(([, name, value]) => [name, value]));
}

// A build tree that was moved or copied with the project refuses to work, and says so in riddles.
function isFromElsewhere(dir) {
  const { CMAKE_HOME_DIRECTORY: home } = readCache(dir);
  return home !== undefined && home !== root;
}

// Errors, warnings and every tenth part of the way.
function worthShowing() {
  let shownTenth = -1;
  return (line) => {
    if (/\b(error|warning):|^FAILED/.test(line)) return true;
    const ninja = /^\[(\d+)\/(\d+)\]/.exec(line);
    const make = /^\[\s*(\d+)%\]/.exec(line);
    if (!ninja && !make) return false;
    const tenth = Math.floor(10 * (ninja ? ninja[1] / ninja[2] : make[1] / 100));
    if (tenth === shownTenth) return false;
    shownTenth = tenth;
    return true;
  };
}

const shortName = (dir) => dir.replace(`${root}/`, '');
const tail = (text) => text.split('\n').slice(-60).join('\n');

if (isMain(import.meta.url)) {
  const targets = process.argv.slice(2);
  await main(() => build({ targets: targets.length > 0 ? targets : ['all'] }));
}
