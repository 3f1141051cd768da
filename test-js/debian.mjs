// Programs that tests need and Debian packages, installed once where that is possible.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Runs a program to its end; what it printed is in the error when it fails. */
export function run(program, args, options = {}) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error ?? stderr}`);
}

/**
 * @param {string} program its path: the one that Debian packages, not another one that is in somebody's PATH
 * @param {string} name of the package
 * @returns {string | undefined} why it is not there; undefined: it is
 */
export function whyNoPackage(program, name) {
  if (existsSync(program)) return undefined;
  if (!existsSync('/usr/bin/apt-get')) return `${program} is not there, and there is no apt-get to install it with`;
  if (process.getuid() !== 0) return `${program} is not there; as root: apt-get install ${name}`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update'], { env });
  run('apt-get', ['install', '-y', '--no-install-recommends', '--no-remove', name], { env });
  return undefined;
}
