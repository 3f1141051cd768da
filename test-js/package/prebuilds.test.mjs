// What the prebuilt binaries ask of a system. Those that `npm run prebuild` has made are looked at; the rules themselves
// are shown to fail on the everyday build, which links the compiler's own C++ library.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { arm64Host, whyNoArm64Host } from '../../scripts/prebuild/arm64_host.mjs';
import { faultsOf } from '../../scripts/prebuild/inspect.mjs';
import { readElf } from '../../scripts/prebuild/elf.mjs';
import { muslHost, whyNoMuslHost } from '../../scripts/prebuild/musl_host.mjs';
import { whyUnusable } from '../../scripts/prebuild/stamp.mjs';
import { binaryOf, targets } from '../../scripts/prebuild/targets.mjs';
import { root, run } from './stage.mjs';

const everyday = join(root, 'build/Release/cloudops_execution_engine.node');
const core = [join(root, 'test-js/package/core.mjs'), join(root, 'lib/index.js')];
const coreInWorker = [join(root, 'test-js/package/in_worker.mjs'), core[1]];
const named = (name) => targets.find((target) => target.name === name);
function missing(target) {
  const reason = whyUnusable(target);
  return reason !== undefined && `${reason}: npm run prebuild`;
}

function expectCore(stdout) {
  const report = JSON.parse(stdout.trim().split('\n').at(-1));
  assert.deepEqual(report.failed, []);
  assert.ok(report.passed > 0);
}

test('the rules refuse a binary that is not fit', () => {
  const { machine, needed, versions, exported } = readElf(everyday);
  assert.ok(['x86_64', 'aarch64'].includes(machine));
  assert.ok(needed.includes('libstdc++.so.6') && exported.includes('napi_register_module_v1'));
  assert.ok(versions.some((version) => version.startsWith('GLIBCXX_')));
  const other = machine === 'x86_64' ? 'aarch64' : 'x86_64';
  const faults = faultsOf(everyday, { machine: other, libc: 'glibc' }).join('\n');
  assert.match(faults, new RegExp(`made for ${machine}, not ${other}`));
  assert.match(faults, /needs .*libstdc\+\+\.so\.6/);
  assert.match(faults, /needs .*GLIBCXX_/);
});

test('the rules refuse a binary that may be unloaded, and the everyday build is none', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'engine-unload-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const source = join(dir, 'empty.c');
  writeFileSync(source, 'int nothing;\n');
  for (const [options, refused] of [
    [[], true],
    [['-Wl,-z,nodelete'], false],
  ]) {
    const library = join(dir, 'empty.so');
    run('cc', ['-shared', '-fPIC', ...options, source, '-o', library]);
    const faults = faultsOf(library, { machine: readElf(library).machine, libc: 'glibc' });
    assert.equal(faults.includes('may be unloaded before the process ends'), refused);
  }
  assert.ok(readElf(everyday).staysLoaded);
});

test('the rules refuse static thread-local storage', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'engine-tls-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const source = join(dir, 'tls.c');
  writeFileSync(source, '_Thread_local int counter; int next(void) { return ++counter; }\n');
  for (const [model, refused] of Object.entries({ 'initial-exec': true, 'global-dynamic': false })) {
    const library = join(dir, `${model}.so`);
    run('cc', ['-shared', '-fPIC', `-ftls-model=${model}`, source, '-o', library]);
    assert.equal(readElf(library).staticTls, refused, model);
    const faults = faultsOf(library, { machine: readElf(library).machine, libc: 'glibc' });
    assert.equal(faults.includes('asks for static thread-local storage'), refused, model);
  }
});

test('the rules refuse the name of the folder of the build', (t) => {
  mkdirSync(join(root, 'out'), { recursive: true });
  const dir = mkdtempSync(join(root, 'out/inspected-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const [source, library] = [join(dir, 'file.c'), join(dir, 'file.so')];
  writeFileSync(source, 'const char* place(void) { return __FILE__; }\n');
  for (const [option, refused] of [
    ['-O2', true],
    [`-ffile-prefix-map=${root}/=`, false],
  ]) {
    run('cc', ['-shared', '-fPIC', option, source, '-o', library]);
    const faults = faultsOf(library, { machine: readElf(library).machine, libc: 'glibc' });
    assert.equal(faults.includes('names the folder it was built in'), refused, option);
  }
});

for (const target of targets) {
  test(
    `${target.name} loads wherever it is meant to: no newer glibc, no C++ library`,
    { skip: missing(target) },
    () => {
      assert.deepEqual(faultsOf(binaryOf(target), target), []);
    },
  );
}

const x64 = named('linux-x64');
const notX64 = (process.platform !== 'linux' || process.arch !== 'x64') && 'this machine is no linux-x64';
test('linux-x64 runs commands in this Node', { skip: notX64 || missing(x64) }, () => {
  expectCore(run(process.execPath, core, { native: binaryOf(x64) }));
});
test('linux-x64 runs them in a worker, and the process ends well', { skip: notX64 || missing(x64) }, () => {
  expectCore(run(process.execPath, coreInWorker, { native: binaryOf(x64) }));
});

const arm64 = named('linux-arm64');
const noArm64 = () => (process.env.CLOUDOPS_TEST_ARM64 ? whyNoArm64Host() : 'set CLOUDOPS_TEST_ARM64=1 to run it');
test('linux-arm64 runs commands in an arm64 Node under qemu', { skip: missing(arm64) || noArm64() }, () => {
  const { program, args } = arm64Host();
  expectCore(run(program, [...args, ...core], { native: binaryOf(arm64), timeout: 100_000 }));
});

for (const name of ['linux-x64-musl', 'linux-arm64-musl']) {
  const musl = named(name);
  const noMusl = () => (process.env.CLOUDOPS_TEST_MUSL ? whyNoMuslHost(musl) : 'set CLOUDOPS_TEST_MUSL=1 to run it');
  test(`${name} runs commands in Bun for musl`, { skip: notX64 || missing(musl) || noMusl() }, async () => {
    const { program, args } = await muslHost(musl);
    expectCore(run(program, [...args, ...core], { native: binaryOf(musl), timeout: 100_000 }));
  });
}
