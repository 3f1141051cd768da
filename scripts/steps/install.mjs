import { rmSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { complaints } from '../../test-js/schemas/support.mjs';
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
  expectSchemas(await run('run_plan', '--json'));
  console.log('✓ what it writes as JSON fits the schemas');
  return { passed: 3, failed: 0 };
}

async function buildAndRun(source, program) {
  const dir = join(root, 'out', program);
  rmSync(dir, { recursive: true, force: true });
  await cmake('-S', source, '-B', dir, `-DCMAKE_PREFIX_PATH=${prefix}`);
  await cmake('--build', dir);
  return run(program);
}

async function run(program, ...args) {
  const { ok, text } = await stream(join(root, 'out', program, program), args, { show: () => args.length === 0 });
  if (!ok) throw new Failure(`${program}, which uses the installed library, failed.`);
  return text;
}

/** Events, one a line, and the plan's result last: made by the C++ codec. */
function expectSchemas(text) {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const wrong = lines.flatMap((line, i) => complaints(i < lines.length - 1 ? 'event' : 'plan-result', line));
  if (lines.length < 10 || wrong.length > 0) throw new Failure(`${wrong.join('\n')}\n${text}`);
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
