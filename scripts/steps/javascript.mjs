import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { prepare as prepareAws } from '../../test-js/aws/prepare.mjs';
import { prepare as prepareChromium } from '../../test-js/console/prepare.mjs';
import { Failure, root, stream } from '../support.mjs';

/** test-js/**\/*.test.mjs in node's own runner, with a limit on the time (ms) of each test and of each file. */
export async function javascript({ name = 'js', env = {}, timeout = 120_000 } = {}) {
  const files = readdirSync(join(root, 'test-js'), { recursive: true })
    .filter((file) => file.endsWith('.test.mjs'))
    .map((file) => `test-js/${file}`)
    .sort();
  if (files.length === 0) throw new Failure('There is no test-js/**/*.test.mjs.');

  installFor('the AWS CLI', prepareAws);
  installFor('Chromium', prepareChromium);
  const reports = join(root, 'out/reports');
  mkdirSync(reports, { recursive: true });
  const tap = join(reports, `${name}.tap`);
  const args = ['--test', `--test-timeout=${timeout}`, '--test-concurrency=2'];
  args.push('--test-reporter=spec', '--test-reporter-destination=stdout');
  args.push('--test-reporter=tap', `--test-reporter-destination=${tap}`);
  // Named, so that it is what was just built that is tested, and not a prebuilt one.
  const addon = { CLOUDOPS_NATIVE_PATH: join(root, 'build/Release/cloudops_execution_engine.node') };
  const { ok } = await stream(process.execPath, [...args, ...files], { env: { ...process.env, ...addon, ...env } });

  const report = readFileSync(tap, 'utf8');
  const count = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(report)?.[1] ?? NaN);
  const [passed, failed, cancelled, skipped, todo] = ['pass', 'fail', 'cancelled', 'skipped', 'todo'].map(count);
  if (Number.isNaN(passed + failed + cancelled)) throw new Failure('The test runner ended without its totals.');
  if (!ok && failed + cancelled === 0) throw new Failure('The test runner failed without a failed test.');
  const notes = skipped + todo > 0 ? [`${skipped} skipped, ${todo} to do`] : [];
  return { passed, failed: failed + cancelled, notes };
}

// Here, because installing may take longer than a test is given; what fails is told by the tests that need it.
function installFor(what, prepare) {
  try {
    const reason = prepare();
    if (reason !== undefined) console.log(`The tests with ${what} will be skipped: ${reason}.`);
  } catch (error) {
    console.log(String(error.message));
  }
}
