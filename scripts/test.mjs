// Runs everything that must hold, in order, and ends with one line: "N passed, M failed".
//   node scripts/test.mjs [step…]      layering lint typings native instructions js parity gyp install fuzz; default: all
// The numbers come from the runners' own reports. A step whose files are missing fails.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { fuzz } from './fuzz.mjs';
import { Failure, isMain, main, root } from './support.mjs';
import { layering } from './steps/layering.mjs';
import { lint } from './steps/lint.mjs';
import { gyp } from './steps/gyp.mjs';
import { install } from './steps/install.mjs';
import { typings } from './steps/typings.mjs';
import { native } from './steps/native.mjs';
import { instructions } from './steps/instructions.mjs';
import { javascript } from './steps/javascript.mjs';
import { parity } from './steps/parity.mjs';

const steps = { layering, lint, typings, native, instructions, js: javascript, parity, gyp, install, fuzz };

/** Runs steps and prints the summary; each gives { passed, failed, notes }. True when nothing failed. */
async function runSteps(chosen) {
  const rows = [];
  for (const [name, run] of Object.entries(chosen)) {
    console.log(`\n━━ ${name}`);
    const start = performance.now();
    const report = await run().catch((error) => broken(error));
    rows.push({ name, ...report, seconds: ((performance.now() - start) / 1000).toFixed(1) });
  }
  return summarize(rows);
}

// A step that could not even run is one failure.
function broken(error) {
  console.error(error instanceof Failure ? error.message : error);
  return { passed: 0, failed: 1, notes: [String(error.message).split('\n')[0]] };
}

function summarize(rows) {
  const total = (key) => rows.reduce((sum, row) => sum + row[key], 0);
  console.log('\n━━ summary');
  for (const { name, passed, failed, notes = [], seconds } of rows) {
    const mark = failed === 0 ? '✓' : '✗';
    console.log(`${mark} ${name.padEnd(12)} ${passed} passed, ${failed} failed  (${seconds} s)`);
    for (const note of notes) console.log(`    ${note}`);
  }
  const lastLine = `${total('passed')} passed, ${total('failed')} failed`;
  mkdirSync(join(root, 'out/reports'), { recursive: true });
  writeFileSync(join(root, 'out/reports/summary.txt'), `${lastLine}\n`);
  console.log(`\n${lastLine}`);
  return total('failed') === 0;
}

/** Runs those of `all` that the command line names, or all; the process's exit code says how it went. */
export async function runWanted(all, noun) {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in all));
  if (unknown.length > 0) throw new Failure(`No such ${noun}: ${unknown}. There are: ${Object.keys(all).join(' ')}`);
  const names = wanted.length > 0 ? wanted : Object.keys(all);
  const passed = await runSteps(Object.fromEntries(names.map((name) => [name, all[name]])));
  process.exitCode = passed ? 0 : 1;
}

if (isMain(import.meta.url)) await main(() => runWanted(steps, 'step'));
