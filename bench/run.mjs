// The benchmark:  npm run bench [-- options]
//   --quick          two rounds of smaller sizes, under two minutes
//   --smoke          one round of tiny sizes: shows that everything works, measures nothing
//   --rounds=<n>     instead of the usual number
//   --only=<a,b>     these scenarios (see scenarios/index.mjs)
//   --growth         instead: how cost grows with width, output, host and kept executions (see growth.mjs)
//   --publish        writes bench/results/ and the README's performance section
// Results: out/bench/results.json and out/bench/peers.svg (growth.json and growth.svg).

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Failure, main, root } from '../scripts/support.mjs';
import { measureGrowth } from './growth.mjs';
import { describe, describeVersions, loadPerCore, machine, quietLoad } from './machine.mjs';
import { growthPicture, peersPicture, toSvg } from './picture.mjs';
import { keep, writeReadme } from './publish.mjs';
import { judge, measure, summarize } from './rounds.mjs';
import { loadScenarios } from './scenarios/index.mjs';
import { setUp } from './setup.mjs';
import { markdown, scenarioTable, targetTable } from './table.mjs';
import { targets } from './targets.mjs';
import { versions } from './versions.mjs';

const usualRounds = { full: 7, quick: 2, smoke: 1 };
const flag = { type: 'boolean', default: false };

function valuesOf(options) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new Failure(error.message);
  }
}

function readOptions() {
  const options = { quick: flag, smoke: flag, growth: flag, publish: flag };
  const values = valuesOf({ ...options, rounds: { type: 'string' }, only: { type: 'string' } });
  const size = values.smoke ? 'smoke' : values.quick ? 'quick' : 'full';
  const rounds = Number(values.rounds ?? usualRounds[size]);
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Failure('--rounds takes a whole number above 0.');
  if (values.publish && size !== 'full') throw new Failure('--publish takes figures of full size only.');
  if (values.publish && values.only !== undefined) throw new Failure('--publish takes all scenarios, not --only.');
  return { ...values, size, rounds, only: values.only?.split(',') };
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function save(name, content) {
  writeFileSync(join(root, 'out/bench', name), content);
}

function introduce(options) {
  const arguments_ = process.argv.slice(2).join(' ');
  const report = {
    command: `npm run bench${arguments_ === '' ? '' : ` -- ${arguments_}`}`,
    date: new Date().toISOString(),
    size: options.size,
    rounds: options.rounds,
    machine: machine(),
    versions: versions(),
    load_per_core_before: loadPerCore(),
  };
  console.log(`${report.command}\n${describe(report.machine)}\n${describeVersions(report.versions)}`);
  if (report.load_per_core_before > quietLoad)
    console.log('The machine is busy with something else: do not trust the figures.');
  return report;
}

async function comparePeers(options, scenarios, programs) {
  const report = introduce(options);
  const values = {};
  report.scenarios = {};
  for (const [name, scenario] of Object.entries(scenarios)) {
    const before = performance.now();
    values[name] = await measure(name, scenario, { ...options, programs, progress });
    const took_s = Math.round((performance.now() - before) / 1000);
    const rows = summarize(scenario, values[name]);
    const { metric, unit, better, logarithmic } = scenario;
    const title = typeof scenario.title === 'function' ? scenario.title(scenario.sizes[options.size]) : scenario.title;
    report.scenarios[name] = { title, metric, unit, better, logarithmic, took_s, rows, rounds: values[name] };
    progress('');
    console.log(scenarioTable(title, scenario, rows));
  }
  report.targets = targets.map((target) => judge(target, scenarios, values)).filter((target) => target !== undefined);
  console.log(targetTable(report.targets));
  const met = report.targets.filter((target) => target.met).length;
  const beyond = report.targets.filter((target) => !target.met && !target.reachable).length;
  const verdict = `${met} of ${report.targets.length} targets met, ${beyond} missed by their floor as well`;
  console.log(options.size === 'full' ? verdict : `${verdict}; the targets are meant for the full size`);
  save('results.json', `${JSON.stringify(report, null, 2)}\n`);
  save('peers.svg', await toSvg(peersPicture(report)));
  if (!options.publish) return;
  keep(['results.json', 'peers.svg']);
  writeReadme(markdown(report));
}

async function plotGrowth(options, programs) {
  const report = introduce(options);
  report.series = await measureGrowth({ ...options, programs, progress });
  progress('');
  save('growth.json', `${JSON.stringify(report, null, 2)}\n`);
  save('growth.svg', await toSvg(growthPicture(report.series)));
  if (options.publish) keep(['growth.json', 'growth.svg']);
}

await main(async () => {
  const options = readOptions();
  const scenarios = await loadScenarios(options.only);
  const programs = await setUp();
  if (options.growth) await plotGrowth(options, programs);
  else await comparePeers(options, scenarios, programs);
});
