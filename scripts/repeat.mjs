// Runs tests many times and counts: for tests of concurrency, where one pass says little.
//   node scripts/repeat.mjs N test-file… [--pattern regexp] [--jobs J]
// Each run is a process of its own. A failed run's output goes to out/repeat; the last line says how many failed. With
// --pattern only tests whose name fits are run.

import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { Failure, main, root, stream } from './support.mjs';

function parse(args) {
  const option = (name) => {
    const at = args.indexOf(name);
    return at < 0 ? undefined : args.splice(at, 2)[1];
  };
  const pattern = option('--pattern');
  const jobs = Number(option('--jobs') ?? 1);
  const [count, ...files] = args;
  if (!(Number(count) > 0) || !(jobs > 0) || files.length === 0)
    throw new Failure('usage: node scripts/repeat.mjs N test-file… [--pattern regexp] [--jobs J]');
  return { count: Number(count), jobs, files, pattern };
}

async function runOnce(file, number, pattern) {
  const args = ['--test', '--test-timeout=120000', '--test-reporter=tap'];
  if (pattern) args.push(`--test-name-pattern=${pattern}`);
  const { ok, text } = await stream(process.execPath, [...args, file], { show: () => false });
  const passed = Number(/^# pass (\d+)$/m.exec(text)?.[1] ?? 0);
  if (ok && passed > 0) return { ok: true, passed };
  const failed = [...text.matchAll(/^ *not ok \d+ - (.*)$/gm)].map(([, name]) => name);
  writeFileSync(join(root, 'out/repeat', `${basename(file)}-${number}.tap`), text);
  return { ok: false, passed, failed };
}

async function repeat(file, { count, jobs, pattern }) {
  const failures = new Map();
  let next = 0;
  let failedRuns = 0;
  let tests = 0;
  const work = async () => {
    while (next < count) {
      const number = ++next;
      const { ok, passed, failed } = await runOnce(file, number, pattern);
      tests = Math.max(tests, passed);
      if (ok) continue;
      failedRuns++;
      for (const name of failed) failures.set(name, (failures.get(name) ?? 0) + 1);
      console.log(`  run ${number} failed: ${failed.join('; ') || 'no test passed'}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  console.log(`${file}: ${count} runs of ${tests} tests, ${failedRuns} failed`);
  for (const [name, times] of failures) console.log(`    ${times} x ${name}`);
  return failedRuns;
}

await main(async () => {
  const options = parse(process.argv.slice(2));
  mkdirSync(join(root, 'out/repeat'), { recursive: true });
  let failed = 0;
  for (const file of options.files) failed += await repeat(file, options);
  process.exitCode = failed === 0 ? 0 : 1;
});
