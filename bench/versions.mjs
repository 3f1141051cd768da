// Which versions the benchmark compares, as they are installed.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const manifest = (name) => JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));

/** npm carries both as one package per platform with the program in it; an install script of Bun's moves it out. */
const programs = {
  bun: [`@oven/bun-linux-${process.arch}/bin/bun`, 'bun/bin/bun.exe'],
  deno: [`@deno/linux-${process.arch}-glibc/deno`],
};

/** The path of Bun's or Deno's program; undefined when npm had none for this machine. */
export const programOf = (runtime) =>
  programs[runtime].map((path) => join(modules, path)).find((path) => existsSync(path));

/** Several majors are installed under aliases ("execa-9"): the newest whose `engines` take the running Node. */
export function newestUsable(name) {
  const { dependencies } = JSON.parse(readFileSync(join(modules, '../package.json'), 'utf8'));
  const majors = Object.keys(dependencies)
    .filter((alias) => alias.startsWith(`${name}-`))
    .map((alias) => ({ alias, major: Number(alias.slice(name.length + 1)) }))
    .sort((a, b) => b.major - a.major);
  const usable = majors.find(({ alias }) => takesThisNode(manifest(alias).engines?.node));
  if (usable === undefined) throw new Error(`no installed ${name} runs on Node ${process.versions.node}`);
  return usable.alias;
}

/** The forms that the peers use: ">=22", "^18.19.0 || >=20.5.0". */
function takesThisNode(range) {
  if (range === undefined) return true;
  const here = process.versions.node.split('.').map(Number);
  return range.split('||').some((part) => {
    const [, sign, version] = /^\s*(\^|>=)\s*([\d.]+)\s*$/.exec(part) ?? [];
    if (sign === undefined) return false;
    const wanted = version.split('.').map(Number);
    if (sign === '^' && here[0] !== wanted[0]) return false;
    const differing = wanted.findIndex((number, i) => number !== here[i]);
    return differing < 0 || here[differing] > wanted[differing];
  });
}

export function versions() {
  const require = createRequire(import.meta.url);
  const found = { engine: require('../package.json').version, node: process.versions.node };
  found.execa = manifest(newestUsable('execa')).version;
  for (const name of ['tinyexec', 'nano-spawn', 'zx', 'bun', 'deno']) found[name] = manifest(name).version;
  return found;
}
