// Brings a clean clone to where it can run: system packages, npm packages, the build. Does only what is missing, so a
// second run takes seconds and needs no network.
//   node scripts/setup.mjs            what the demo needs
//   node scripts/setup.mjs --tests    that, and what the tests need

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { build } from './build.mjs';
import { Failure, ask, isMain, main, root, step, stream } from './support.mjs';
import { installHint, missingTools, installPackages } from './system-packages.mjs';

export async function setup({ tests }) {
  await ensureSystemPackages(tests);
  await ensureNodeModules();
  // The demo runs without Catch2.
  const options = { CLOUDOPS_BUILD_TESTS: missingTools({ tests: true }).length === 0 ? 'ON' : 'OFF' };
  await build({ options, targets: tests ? ['all'] : ['cloudops_addon'] });
}

async function ensureSystemPackages(tests) {
  const missing = missingTools({ tests });
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  const asRoot = process.getuid?.() === 0;
  if (!asRoot || !ask('apt-get', ['--version']).ok) {
    throw new Failure(
      `Missing on this machine: ${names}.\nInstall with:\n${installHint(missing)}\nthen run this again.`,
    );
  }
  await step(`installing system packages: ${names}`, () => installPackages(missing));
  const still = missingTools({ tests });
  if (still.length > 0) {
    throw new Failure(
      `Installed, and yet not found: ${still.map(({ name }) => name).join(', ')}.\n${installHint(still)}`,
    );
  }
}

async function ensureNodeModules() {
  // npm writes this file last: it is there only after a complete install.
  const stamp = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  await step('npm ci', async () => {
    const { ok, text } = await stream('npm', ['ci', '--no-audit', '--no-fund'], {
      show: (line) => /added|ERR|error/.test(line),
    });
    if (!ok) throw new Failure(`npm ci failed:\n${text}`);
  });
}

if (isMain(import.meta.url)) await main(() => setup({ tests: process.argv.includes('--tests') }));
