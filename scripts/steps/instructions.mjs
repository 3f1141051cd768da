// Counts the instructions of the hot paths under callgrind and compares them with what was recorded: a slower path is
// seen without a clock, whatever else the machine does.
//   node scripts/steps/instructions.mjs --update     records what is counted now

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { build, releaseDir } from '../build.mjs';
import { Failure, ask, findProgram, isMain, main, root } from '../support.mjs';

const program = join(releaseDir, 'test-native/instructions/cloudops_instructions');
const recordFile = join(root, 'test-native/instructions/recorded.json');
const profiles = join(root, 'out/instructions');

/** One case per hot path; none, with the reason, where counting means nothing. */
export async function instructions() {
  const reason = whyNotCounted();
  if (reason !== undefined) {
    console.log(`not counted: ${reason}`);
    return { passed: 0, failed: 0, notes: [`not counted: ${reason}`] };
  }
  const { tolerance_percent: tolerance, counts } = readRecord();
  let failed = 0;
  const counted = count();
  for (const { name, each, unit } of counted) {
    const recorded = counts[name];
    const change = recorded === undefined ? NaN : (100 * (each - recorded)) / recorded;
    const good = Math.abs(change) <= tolerance;
    if (!good) failed += 1;
    console.log(`${good ? '✓' : '✗'} ${name.padEnd(20)} ${each} instructions for ${unit}${told(recorded, change)}`);
  }
  const gone = Object.keys(counts).filter((name) => !counted.some((path) => path.name === name));
  for (const name of gone) console.log(`✗ ${name} is recorded, but not counted any more`);
  if (failed + gone.length > 0) {
    console.log(`More or less than ${tolerance} %: find the reason, then record it with\n  ${updateCommand}`);
  }
  return { passed: counted.length - failed, failed: failed + gone.length };
}

const updateCommand = 'node scripts/steps/instructions.mjs --update';

function told(recorded, change) {
  if (recorded === undefined) return ', not recorded yet';
  return `, ${change >= 0 ? '+' : ''}${change.toFixed(1)} % of the recorded ${recorded}`;
}

// Another compiler or C library makes other instructions of the same source.
function toolchain() {
  const compiler = ask(process.env.CXX || 'c++', ['--version']).stdout.split('\n')[0];
  const library = process.report.getReport().header.glibcVersionRuntime ?? 'another C library';
  return `${compiler}; glibc ${library}; ${process.arch}`;
}

const readRecord = () => JSON.parse(readFileSync(recordFile, 'utf8'));

// The C library copies and searches memory with what the processor at hand does best: elsewhere that is another number
// of instructions (half as many for memchr, 6 % more for an environment). What every x86-64 has is the same everywhere.
const newerThanX64 =
  'AVX2 AVX512F AVX512VL AVX512BW BMI1 BMI2 ERMS FSRM LZCNT MOVBE RTM POPCNT SSSE3 SSE4_1 SSE4_2 ' +
  'AVX_Fast_Unaligned_Load Fast_Copy_Backward Fast_Rep_String Fast_Unaligned_Copy Fast_Unaligned_Load ' +
  'Prefer_PMINUB_for_stringop Slow_BSF Slow_SSE4_2';
const oldestProcessor =
  `glibc.cpu.hwcaps=${newerThanX64.replace(/\w+/g, '-$&').replaceAll(' ', ',')}:` +
  'glibc.cpu.x86_non_temporal_threshold=3145728';

function whyNotCounted() {
  if (findProgram('valgrind') === undefined) return 'valgrind is not installed';
  const here = toolchain();
  const recorded = readRecord().toolchain;
  return here === recorded ? undefined : `recorded with "${recorded}", this is "${here}"`;
}

/** @returns {{ name: string, each: number, unit: string }[]} instructions per repetition */
function count() {
  if (!existsSync(program)) throw new Failure(`There is no ${program}: npm run compile`);
  rmSync(profiles, { recursive: true, force: true });
  mkdirSync(profiles, { recursive: true });
  const options = ['--tool=callgrind', '--toggle-collect=counted', '--dump-after=counted', '--quiet'];
  // The environment shifts the stack; fixed, it shifts it always in the same way.
  const run = ask('valgrind', [...options, `--callgrind-out-file=${profiles}/profile`, program], {
    env: { PATH: '/usr/bin:/bin', GLIBC_TUNABLES: oldestProcessor },
  });
  if (!run.ok) throw new Failure(`valgrind failed:\n${run.stderr}`);
  const lines = run.stdout.trim().split('\n');
  return lines.map((line, i) => {
    const [name, repetitions, unit] = line.split('\t');
    return { name, each: Math.round(totalOf(i + 1) / Number(repetitions)), unit };
  });
}

function totalOf(dump) {
  const text = readFileSync(join(profiles, `profile.${dump}`), 'utf8');
  const total = Number(/^(?:totals|summary): (\d+)/m.exec(text)?.[1]);
  if (!(total > 0))
    throw new Failure(`callgrind counted nothing in dump ${dump} (of ${readdirSync(profiles).length}).`);
  return total;
}

async function update() {
  if (findProgram('valgrind') === undefined) throw new Failure('valgrind is not installed.');
  await build({ targets: ['cloudops_instructions'] });
  const counts = Object.fromEntries(count().map(({ name, each }) => [name, each]));
  const before = existsSync(recordFile) ? readRecord() : { tolerance_percent: 5 };
  const record = { tolerance_percent: before.tolerance_percent, toolchain: toolchain(), counts };
  writeFileSync(recordFile, `${JSON.stringify(record, null, 2)}\n`);
  console.log(counts);
}

if (isMain(import.meta.url)) {
  await main(async () => {
    if (process.argv[2] === '--update') await update();
    else process.exitCode = (await instructions()).failed === 0 ? 0 : 1;
  });
}
