// Brings what the benchmark needs: the engine's build, the peers from npm, the programs in native/. Only what is missing.

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { build, releaseDir } from '../scripts/build.mjs';
import { Failure, ask, root, step, stream } from '../scripts/support.mjs';

const here = join(root, 'bench');
const outDir = join(root, 'out/bench');
const addonFlags = ['-shared', '-fPIC', '-pthread', `-I${join(root, 'node_modules/node-api-headers/include')}`];

/** @returns {Promise<{ floor: string, produce: string, plan: string }>} paths of the programs in native/ */
export async function setUp() {
  if (!existsSync(join(root, 'build/Release/cloudops_execution_engine.node')))
    throw new Failure('There is no addon yet: `npm run setup` first.');
  await installPeers();
  await build({ targets: ['cloudops_bench_plan'] });
  const plan = join(releaseDir, 'bench/native/cloudops_bench_plan');
  compile('addon', 'addon.node', addonFlags);
  return { floor: compile('floor'), produce: compile('produce'), plan };
}

async function installPeers() {
  const stamp = join(here, 'node_modules/.package-lock.json');
  const lock = join(here, 'package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  await step('npm install in bench/ (peers and the charting library)', async () => {
    // No script: Bun and Deno are started from the packages that hold the programs themselves. No engine check: of a
    // peer's majors the newest that this Node takes is used.
    // Not `npm ci`: that refuses the lock where a registry lacks the programs of other platforms.
    const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false'];
    const { ok, text } = await stream('npm', args, { cwd: here, show: () => false });
    if (!ok) throw new Failure(`npm install failed:\n${text}`);
  });
}

function compile(name, output = name, flags = []) {
  const source = join(here, 'native', `${name}.c`);
  const program = join(outDir, output);
  const newest = Math.max(...[source, join(here, 'native/child.h')].map((file) => statSync(file).mtimeMs));
  if (existsSync(program) && statSync(program).mtimeMs > newest) return program;
  mkdirSync(outDir, { recursive: true });
  const { ok, stderr } = ask(process.env.CC || 'cc', ['-O2', '-Wall', '-Wextra', ...flags, '-o', program, source]);
  if (!ok) throw new Failure(`${source} did not compile:\n${stderr}`);
  return program;
}
