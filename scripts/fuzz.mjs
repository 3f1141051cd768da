// Fuzzes what reads untrusted bytes, with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer.
//   node scripts/fuzz.mjs [--seconds N] [target…]      default: 20 seconds in all, shared by all targets
// The corpus in test-native/fuzz/corpus is where it starts; what it finds goes to out/fuzz, and a finding's path is
// printed: run out/fuzz/<target> with it to see it again. Needs clang with libFuzzer; without them it says so and skips.

import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure, ask, findProgram, isMain, main, root, step, stream } from './support.mjs';

const folder = join(root, 'test-native/fuzz');
const out = join(root, 'out/fuzz');

/** A target, what it is made of besides test-native/fuzz/fuzz_<target>.cpp, and how long an input may be. */
const targets = {
  request: { sources: /^src\/core\/(codec\/(json_|request_)|model\/|validate\/|os\/)/, longest: 2048 },
  lines: { sources: /^src\/core\/stream\/(line_splitter|utf8|byte_scan)\./, longest: 512 },
  shebang: { sources: /^src\/core\/validate\/shebang\./, longest: 400 },
};

const flags = ['-std=c++20', '-g', '-O1', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=undefined'];
flags.push(`-I${join(root, 'src')}`, `-I${folder}`);

/** clang, when it can link a fuzzer; otherwise a sentence that says what is missing. */
function findClang() {
  const clang = ['clang++', 'clang++-19', 'clang++-17', 'clang++-16', 'clang++-15', 'clang++-14'].find(findProgram);
  if (clang === undefined)
    return { missing: 'clang++ is not installed (Debian: apt-get install clang libclang-rt-14-dev)' };
  mkdirSync(out, { recursive: true });
  const probe = join(out, 'probe.cpp');
  writeFileSync(probe, 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n');
  const { ok } = ask(clang, [...flags, probe, '-o', join(out, 'probe')]);
  return ok ? { clang } : { missing: `${clang} has no libFuzzer (Debian: apt-get install libclang-rt-14-dev)` };
}

/** When anything that the targets are made of was last changed. */
function newestSource() {
  const times = [folder, join(root, 'src')].flatMap((top) =>
    readdirSync(top, { recursive: true }).map((file) => statSync(join(top, file)).mtimeMs),
  );
  return Math.max(...times);
}

async function build(clang, name) {
  const binary = join(out, name);
  if (existsSync(binary) && statSync(binary).mtimeMs > newestSource()) return;
  const core = JSON.parse(readFileSync(join(root, 'sources.json'), 'utf8')).core;
  const sources = core.filter((path) => path.endsWith('.cpp') && targets[name].sources.test(path));
  const files = [join(folder, `fuzz_${name}.cpp`), ...sources.map((path) => join(root, path))];
  const { ok, text } = await stream(clang, [...flags, ...files, '-o', binary], {
    show: (line) => /\berror:/.test(line),
  });
  if (!ok) throw new Failure(`The fuzz target ${name} does not compile:\n${text.split('\n').slice(0, 40).join('\n')}`);
}

async function run(name, seconds) {
  const found = join(out, `corpus-${name}`);
  const corpus = join(folder, 'corpus', name);
  mkdirSync(found, { recursive: true });
  const before = new Set(readdirSync(out));
  const args = [`-max_total_time=${seconds}`, `-max_len=${targets[name].longest}`, `-artifact_prefix=${out}/${name}-`];
  args.push('-timeout=10', '-rss_limit_mb=1024', '-print_final_stats=1', found, corpus);
  const { ok, text } = await stream(join(out, name), args, { show: () => false });
  const runs = Number(/stat::number_of_executed_units:\s*(\d+)/.exec(text)?.[1] ?? 0);
  const artifacts = readdirSync(out).filter((file) => file.startsWith(`${name}-`) && !before.has(file));
  if (!ok) console.error(text.split('\n').slice(-60).join('\n'));
  return { ok: ok && runs > 0, runs, artifacts };
}

/** As a step of the tests: each target is one case. */
export async function fuzz({ seconds = 20, names = Object.keys(targets) } = {}) {
  const { clang, missing } = findClang();
  if (missing) {
    console.log(`  skipped: ${missing}`);
    return { passed: 0, failed: 0, notes: [`skipped: ${missing}`] };
  }
  const report = { passed: 0, failed: 0, notes: [] };
  for (const name of names) {
    await step(`building the fuzz target ${name}`, () => build(clang, name));
    const share = Math.max(1, Math.floor(seconds / names.length));
    const { ok, runs, artifacts } = await step(`fuzzing ${name} for ${share} s`, () => run(name, share));
    report[ok ? 'passed' : 'failed']++;
    report.notes.push(`${name}: ${runs} inputs${ok ? '' : `, broken by ${artifacts.map((file) => join(out, file))}`}`);
  }
  return report;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const args = process.argv.slice(2);
    const at = args.indexOf('--seconds');
    const seconds = at < 0 ? 20 : Number(args.splice(at, 2)[1]);
    if (!Number.isInteger(seconds) || seconds < 1) throw new Failure('--seconds takes a whole number above 0.');
    const unknown = args.filter((name) => !(name in targets));
    if (unknown.length > 0)
      throw new Failure(`No such target: ${unknown}. There are: ${Object.keys(targets).join(' ')}`);
    const report = await fuzz({ seconds, names: args.length > 0 ? args : Object.keys(targets) });
    for (const note of report.notes) console.log(note);
    process.exitCode = report.failed === 0 ? 0 : 1;
  });
}
