import { rmSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { releaseDir } from '../build.mjs';
import { Failure, root, stream } from '../support.mjs';

const prefix = join(root, 'out/installed');

/** C++ programs outside this project find the installed library with find_package, link it and run. */
export async function install() {
  rmSync(prefix, { recursive: true, force: true });
  await cmake('--install', releaseDir, '--prefix', prefix);

  const consumed = await buildAndRun('test-native/consumer', 'consumer');
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  console.log(`✓ a program outside uses the installed library (${version}): ${consumed.trim()}`);

  expectReport(await buildAndRun('examples/cpp', 'run_plan'));
  console.log('✓ examples/cpp runs a command and a plan without Node, and prints its events');
  return { passed: 2, failed: 0 };
}

async function buildAndRun(source, program) {
  const dir = join(root, 'out', program);
  rmSync(dir, { recursive: true, force: true });
  await cmake('-S', source, '-B', dir, `-DCMAKE_PREFIX_PATH=${prefix}`);
  await cmake('--build', dir);
  const { ok, text } = await stream(join(dir, program), []);
  if (!ok) throw new Failure(`${source}, which uses the installed library, failed.`);
  return text;
}

/** In this order, with anything between them. */
function expectReport(text) {
  const happens = [
    /^[\d-]+T[\d:.]+Z \[[0-9a-f]{8}\] started: /m,
    / stdout: hello$/m,
    / failed after .+: exited with code 3$/m,
    / stdout: build (one|two)$/m,
    / stdout: build (one|two)$/m,
    / stdout: report of both$/m,
    / progress: 3 of 3\b/m,
    /^The command is failed with exit code 3\.$/m,
    /^The plan is completed: 3 of 3 commands in .+\.$/m,
  ];
  let rest = text;
  for (const pattern of happens) {
    const found = pattern.exec(rest);
    if (!found) throw new Failure(`The example did not print ${pattern} where it should:\n${text}`);
    rest = rest.slice(found.index + found[0].length);
  }
}

async function cmake(...args) {
  const { ok, text } = await stream('cmake', args, { show: () => false });
  if (!ok) throw new Failure(`cmake ${args.join(' ')} failed:\n${text}`);
}
