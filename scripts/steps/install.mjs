import { rmSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { releaseDir } from '../build.mjs';
import { Failure, root, stream } from '../support.mjs';

/** A C++ program of somebody else's finds the installed library with find_package, links it and runs. */
export async function install() {
  const prefix = join(root, 'out/installed');
  const consumer = join(root, 'out/consumer');
  for (const dir of [prefix, consumer]) rmSync(dir, { recursive: true, force: true });
  await cmake('--install', releaseDir, '--prefix', prefix);
  await cmake('-S', 'test-native/consumer', '-B', consumer, `-DCMAKE_PREFIX_PATH=${prefix}`);
  await cmake('--build', consumer);
  const { ok, text } = await stream(join(consumer, 'consumer'), []);
  if (!ok) throw new Failure('The program that uses the installed library failed.');
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  console.log(`✓ a program outside uses the installed library (${version}): ${text.trim()}`);
  return { passed: 1, failed: 0 };
}

async function cmake(...args) {
  const { ok, text } = await stream('cmake', args, { show: () => false });
  if (!ok) throw new Failure(`cmake ${args.join(' ')} failed:\n${text}`);
}
