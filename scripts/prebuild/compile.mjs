// One target: the same sources and definitions as CMake and binding.gyp, compiled and linked by zig.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { listedSources } from '../sources.mjs';
import { Failure, ask, root, stream } from '../support.mjs';
import { binaryOf, corrections } from './targets.mjs';

const definitions = [
  'NAPI_VERSION=8',
  'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
  'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  'BOOST_ALL_NO_LIB',
  'BOOST_PROCESS_V2_HEADER_ONLY',
  'BOOST_PROCESS_USE_STD_FS',
];
// zig turns its own checks on for C and C++ unless told otherwise; the sanitizer runs are elsewhere.
const flags = ['-std=c++20', '-O2', '-fPIC', '-pthread', '-fvisibility=hidden', '-fvisibility-inlines-hidden'];
flags.push(
  '-fno-sanitize=undefined',
  '-ffunction-sections',
  '-fdata-sections',
  '-Wall',
  '-Wextra',
  '-Wno-unused-command-line-argument',
  // Boost keeps __FILE__ for its errors: the same sources shall give the same binary wherever they lie.
  `-ffile-prefix-map=${root}/=`,
);

// All that a Node-API addon shows. What else the C++ runtime inside exports could be taken for the host's.
const exported = '{ global: napi_register_module_v1; node_api_module_get_api_version_v1; local: *; };\n';

/** Compiles and links; gives the path of the binary. `report(folder)` is called after each folder. */
export async function buildTarget(target, { zig, headers, report }) {
  const dir = join(root, 'out/prebuild', target.name);
  mkdirSync(dir, { recursive: true });
  const compiler = [zig, 'c++', '-target', target.triple];
  embedGuard(target, zig, dir);

  const include = [
    'src',
    join(dir, 'generated'),
    'node_modules/node-api-headers/include',
    'node_modules/node-addon-api',
  ];
  const fixed = [...flags, ...definitions.map((name) => `-D${name}`)];
  fixed.push(...include.map((path) => `-I${path}`), '-isystem', headers);
  const objects = [];
  for (const [folder, sources] of sourcesByFolder()) {
    objects.push(...(await compileFolder({ command: [...compiler, ...fixed], dir, folder, sources })));
    report(folder);
  }
  objects.push(...(await compileCorrections(target, zig, dir)));
  return link(target, compiler, objects, dir);
}

function sourcesByFolder() {
  const { core, binding } = listedSources();
  const folders = new Map();
  for (const file of [...core, ...binding].filter((name) => name.endsWith('.cpp'))) {
    folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file]);
  }
  return folders;
}

// A folder is compiled as one file, which takes a quarter of the time: Boost's headers are read once. Where two files use
// one name for different things, that fails, and they are compiled one by one.
async function compileFolder({ command, dir, folder, sources }) {
  const stem = join(dir, folder.replaceAll('/', '-'));
  const all = `${stem}.cpp`;
  writeFileSync(all, sources.map((file) => `#include "${join(root, file)}"\n`).join(''));
  const compile = (source, object) => [...command, '-c', source, '-o', object];
  // zig caches by content, headers included: what has not changed costs nothing.
  if (sources.length > 1 && (await runQuietly(compile(all, `${stem}.o`)))) return [`${stem}.o`];
  const objects = sources.map((file) => join(dir, `${file.replaceAll('/', '-')}.o`));
  for (const [i, source] of sources.entries()) await run(compile(source, objects[i]), source);
  return objects;
}

async function compileCorrections({ libc, triple }, zig, dir) {
  const objects = [];
  for (const source of corrections[libc]) {
    const object = join(dir, `${source.replaceAll('/', '-')}.o`);
    const options = [
      '-std=gnu17',
      '-O2',
      '-fPIC',
      '-fvisibility=hidden',
      '-fno-sanitize=undefined',
      '-Wall',
      '-Wextra',
    ];
    await run([zig, 'cc', '-target', triple, ...options, '-c', source, '-o', object], source);
    objects.push(object);
  }
  return objects;
}

function embedGuard(target, zig, dir) {
  // Without a C library zig offers no kernel headers either; the guard wants these alone.
  const kernel = [target.machine === 'x86_64' ? 'x86' : target.machine, 'any'];
  const include = kernel.flatMap((name) => ['-isystem', join(dirname(zig), `lib/libc/include/${name}-linux-any`)]);
  const compiler = [zig, 'cc', '-target', target.triple, '-fno-sanitize=undefined', ...include];
  const header = join(dir, 'generated/guard_image.hpp');
  const { ok, stderr } = ask(process.execPath, ['scripts/embed-guard.mjs', header, ...compiler]);
  if (!ok) throw new Failure(stderr);
}

async function link(target, compiler, objects, dir) {
  const versionScript = join(dir, 'exports.map');
  writeFileSync(versionScript, exported);
  const binary = binaryOf(target);
  mkdirSync(dirname(binary), { recursive: true });
  const options = ['-shared', '-pthread', '-s', '-Wl,-z,nodelete', '-Wl,--gc-sections'];
  options.push(`-Wl,--version-script=${versionScript}`);
  await run([...compiler, ...options, '-o', binary, ...objects], binary);
  return binary;
}

async function run([program, ...args], what) {
  const { ok, text } = await stream(program, args, { show: (line) => /\b(error|warning):/.test(line) });
  if (!ok) throw new Failure(`${what} failed:\n${program} ${args.join(' ')}\n${text}`);
}

async function runQuietly([program, ...args]) {
  return (await stream(program, args, { show: () => false })).ok;
}
