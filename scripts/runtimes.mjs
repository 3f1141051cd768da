// One and the same binary in every runtime that can load it; the table goes into README.md between its markers.
//   node scripts/runtimes.mjs [--write]     the prebuilt binary of this machine, or the one CLOUDOPS_NATIVE_PATH names
// Each runs test-js/package/core.mjs; each Node also runs the part of the test-suite named below. npm has all of them.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { hostBinary } from './prebuild/stamp.mjs';
import { bun, deno, nodeOf } from './prebuild/tools.mjs';
import { Failure, ask, main, root } from './support.mjs';

const suite = ['spawn', 'result', 'events', 'output', 'settle', 'timeout-cancel', 'close', 'plan'];
const core = ['test-js/package/core.mjs', join(root, 'lib/index.js')];
const inWorker = ['test-js/package/in_worker.mjs', core[1]];

const node = (major) => ({ name: `Node.js ${major}`, find: () => nodeOf(major), args: core, runsSuite: true });
const runtimes = [
  ...[20, 22, 24, 26].map(node),
  { name: 'worker thread', find: () => nodeOf(24), args: inWorker },
  { name: 'Bun', find: bun, args: core },
  { name: 'Deno', find: deno, args: ['run', '--allow-all', ...core] },
];
const markers = ['<!-- runtimes: made by npm run test:runtimes -->', '<!-- end of runtimes -->'];

function run({ name, find, args, runsSuite }, env) {
  const program = find();
  const version = /\d+\.\d+\.\d+/.exec(ask(program, ['--version']).stdout)?.[0] ?? '?';
  const report = resultOf(ask(program, args, { env, timeout: 120_000 }));
  const tests = runsSuite ? runSuite(program, env) : undefined;
  for (const failure of [...report.failed, ...(tests?.failed ?? [])]) console.log(`  ${name}: ${failure}`);
  return { name, version, report, tests };
}

function resultOf({ ok, stdout, stderr }) {
  try {
    const report = JSON.parse(stdout.trim().split('\n').at(-1));
    return ok || report.failed.length > 0 ? report : { ...report, failed: [`it did not end well: ${stderr}`] };
  } catch {
    return { passed: 0, failed: [stderr || 'it said nothing'] };
  }
}

function runSuite(program, env) {
  const files = suite.map((name) => `test-js/contract/${name}.test.mjs`);
  const args = ['--test', '--test-timeout=120000', '--test-concurrency=1', '--test-reporter=tap', ...files];
  const { stdout } = ask(program, args, { env });
  const passed = Number(/^# pass (\d+)$/m.exec(stdout)?.[1] ?? 0);
  const count = Number(/^# fail (\d+)$/m.exec(stdout)?.[1] ?? 0);
  // The runner's total leaves out the suites around a failed test, which are reported after it.
  const names = [...stdout.matchAll(/^ *not ok \d+ - (.*)$/gm)].map((match) => match[1]);
  const failed = passed === 0 ? ['no test passed', ...names] : names.slice(0, count);
  return { passed, failed };
}

function tableOf(rows) {
  const cell = (part) =>
    part ? `${part.passed} passed${part.failed.length ? `, ${part.failed.length} failed` : ''}` : '–';
  const lines = rows.map(
    ({ name, version, report, tests }) => `| ${name} | ${version} | ${cell(report)} | ${cell(tests)} |`,
  );
  return ['| Runtime | Version | Core checks | Test-suite (part) |', '|---|---|---|---|', ...lines].join('\n');
}

function writeIntoReadme(table) {
  const file = join(root, 'README.md');
  const text = readFileSync(file, 'utf8');
  const [start, end] = markers.map((marker) => text.indexOf(marker));
  if (start < 0 || end < start) throw new Failure(`README.md lacks the markers ${markers.join(' and ')}.`);
  writeFileSync(file, `${text.slice(0, start)}${markers[0]}\n${table}\n${text.slice(end)}`);
}

await main(() => {
  const binary = process.env.CLOUDOPS_NATIVE_PATH ?? hostBinary();
  if (!existsSync(binary)) throw new Failure(`${binary} is not there.`);
  const env = { ...process.env, CLOUDOPS_NATIVE_PATH: binary };
  const rows = runtimes.map((runtime) => {
    console.log(`• ${runtime.name}`);
    return run(runtime, env);
  });
  const table = tableOf(rows);
  console.log(`\n${table}`);
  if (process.argv.includes('--write')) writeIntoReadme(table);
  const failed = rows.some(({ report, tests }) => report.failed.length + (tests?.failed.length ?? 0) > 0);
  process.exitCode = failed ? 1 : 0;
});
