'use strict';

const { existsSync, readFileSync } = require('node:fs');
const { join, resolve, sep } = require('node:path');

const addonName = 'cloudops_execution_engine.node';
/** The version of the interface between lib/ and the addon. */
const expectedAbi = 6;

/** Whether the memory map of a process shows musl as its C library, where a glibc binary would crash on load. */
const showsMusl = (maps) => /\/(?:ld-musl-[^/]*|libc\.so)$/m.test(maps);

function runsOnMusl() {
  try {
    return showsMusl(readFileSync('/proc/self/maps', 'latin1'));
  } catch {
    // No /proc: nothing but the common case is left to assume.
    return false;
  }
}

/** Where the addon may be, the most specific first. */
function candidates({ root, override, platform, arch, musl }) {
  if (override) return [resolve(override)];
  const prebuilt = `${platform}-${arch}${musl ? '-musl' : ''}`;
  // The dynamic loader cannot look into an Electron archive; packagers put addons beside it.
  const unpacked = root.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);
  return [...new Set([unpacked, root])].flatMap((folder) => [
    join(folder, 'prebuilds', prebuilt, addonName),
    join(folder, 'build', 'Release', addonName),
  ]);
}

function failure(attempts, override) {
  const lines = attempts.map(({ path, reason }) => `  ${path}: ${reason}`);
  const remedy = override
    ? 'CLOUDOPS_NATIVE_PATH names the only file that is tried; unset it to use the one that belongs to the package.'
    : 'Build it in the package folder with `npm install --no-save node-addon-api node-gyp && npx node-gyp rebuild` (needs a C++20 compiler, Boost 1.81 or later and nlohmann/json).';
  const message = `cannot load the native addon of cloudops-execution-engine; tried\n${lines.join('\n')}\n${remedy}`;
  const error = new Error(message, { cause: attempts.findLast(({ cause }) => cause)?.cause });
  error.code = 'ERR_DLOPEN_FAILED';
  return error;
}

/**
 * Loads the first candidate that exists and fits.
 * @param {{ root: string, override?: string, platform: string, arch: string, musl: boolean }} host
 */
function loadFrom(host) {
  const attempts = [];
  for (const path of candidates(host)) {
    if (!existsSync(path)) {
      attempts.push({ path, reason: 'not there' });
      continue;
    }
    try {
      const addon = require(path);
      if (addon.abi === expectedAbi) return addon;
      attempts.push({ path, reason: `made for another version of lib/ (abi ${addon.abi}, wanted ${expectedAbi})` });
    } catch (cause) {
      attempts.push({ path, reason: cause?.message ?? String(cause), cause });
    }
  }
  throw failure(attempts, host.override);
}

let loaded;

/** The addon's exports, loaded on first use: importing the package for its types or errors needs no addon. */
function loadNative() {
  loaded ??= loadFrom({
    root: join(__dirname, '..') + sep,
    override: process.env.CLOUDOPS_NATIVE_PATH,
    platform: process.platform,
    arch: process.arch,
    musl: process.platform === 'linux' && runsOnMusl(),
  });
  return loaded;
}

module.exports = { loadNative, loadFrom, candidates, showsMusl };
