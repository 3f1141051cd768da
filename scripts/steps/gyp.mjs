import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { Failure, findProgram, root, stream } from '../support.mjs';

const addon = 'build/Release/cloudops_execution_engine.node';

/** node-gyp builds the addon too, in a tree of its own, and what it built loads and has the same exports. */
export async function gyp() {
  const dir = join(root, 'out/gyp');
  mkdirSync(dir, { recursive: true });
  for (const name of ['binding.gyp', 'sources.json', 'package.json', 'src', 'scripts']) {
    rmSync(join(dir, name), { force: true });
    symlinkSync(join(root, name), join(dir, name));
  }
  const args = ['configure', 'build', '--directory', dir, '--jobs', '2', '--loglevel', 'warn', ...nodeHeaders()];
  const show = (line) => /\b(error|warning):|ERR!/.test(line);
  const { ok, text } = await stream(join(root, 'node_modules/.bin/node-gyp'), args, { show, env: compilers() });
  if (!ok) throw new Failure(`node-gyp failed:\n${text.split('\n').slice(-40).join('\n')}`);

  const exportsOf = (path) =>
    Object.keys(createRequire(import.meta.url)(path))
      .sort()
      .join(' ');
  const [built, everyday] = [join(dir, addon), join(root, addon)].map(exportsOf);
  if (built !== everyday) throw new Failure(`node-gyp's addon exports "${built}", CMake's "${everyday}".`);
  console.log('✓ node-gyp builds the addon, it loads, and it exports the same as CMake’s');
  return { passed: 1, failed: 0 };
}

// Headers that came with this Node spare node-gyp a download.
function nodeHeaders() {
  if (process.env.npm_config_nodedir) return [];
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/common.gypi')) ? [`--nodedir=${prefix}`] : [];
}

function compilers() {
  if (findProgram('ccache') === undefined) return process.env;
  return { ...process.env, CC: process.env.CC ?? 'ccache cc', CXX: process.env.CXX ?? 'ccache c++' };
}
