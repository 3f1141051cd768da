import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { releaseDir } from '../build.mjs';
import { Failure, ask, root, stream } from '../support.mjs';

/** Every Catch2 case as a ctest case in a process of its own. */
export async function native({ dir = releaseDir, name = 'native', env = {} } = {}) {
  const reports = join(root, 'out/reports');
  mkdirSync(reports, { recursive: true });
  const args = ['--test-dir', dir, '--parallel', '2', '--output-on-failure', '--no-tests=error'];
  args.push('--output-junit', join(reports, `${name}.xml`));
  // Passing cases in silence; failing ones with all they printed.
  const show = (line) => !/^\s*(\d+\/\d+ Test|Start|Test project)\b.*(Passed|:|$)/.test(line) || /\*\*\*/.test(line);
  const { ok, text } = await stream('ctest', args, { env: { ...process.env, ...env }, show });

  const counts = /(\d+) tests? failed out of (\d+)/.exec(text);
  if (!counts) throw new Failure('ctest did not say how many tests there are.');
  const [failed, total] = counts.slice(1).map(Number);
  if (!ok && failed === 0) throw new Failure('ctest failed without a failed test.');
  expectEveryCase(dir, total, env);
  return { passed: total - failed, failed };
}

// A name that CMake cannot quote would drop a case without a word.
function expectEveryCase(dir, total, env) {
  const binary = join(dir, 'test-native/cloudops_native_tests');
  const { stdout } = ask(binary, ['--list-test-names-only'], { env: { ...process.env, ...env } });
  const names = stdout.split('\n').filter((line) => line.trim() !== '');
  if (names.length !== total) {
    throw new Failure(`The tests have ${names.length} cases, ctest knows ${total}: is there a ; in a name?`);
  }
}
