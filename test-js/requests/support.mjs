// Runs the text of a shell request in real shells.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { tempDir } from '../support.mjs';

const candidates = ['sh', 'bash', 'dash', 'mksh', 'ksh'];
const found = (name) => ['/bin', '/usr/bin'].some((folder) => existsSync(`${folder}/${name}`));

/** Those of the shells that are installed; sh always is. */
export const shells = candidates.filter(found);
const absent = candidates.filter((name) => !found(name));
if (absent.length > 0) console.log(`not installed, so not tried here: ${absent.join(', ')}`);

const empty = tempDir();

/** Runs a command in an empty directory. */
export function inShell(name, { command }) {
  const { stdout, stderr, status } = spawnSync(name, ['-c', command.command], {
    cwd: empty,
    input: '',
    timeout: 10_000,
  });
  return { stdout: stdout.toString(), stderr: stderr.toString(), status };
}

/** The words that `printf '%s\0'` was given. */
export const wordsIn = (name, request) => inShell(name, request).stdout.split('\0').slice(0, -1);

/** Takes away what commands have left in that directory, and says what it was. */
export function takeLeftBehind() {
  const names = readdirSync(empty);
  for (const name of names) rmSync(join(empty, name), { recursive: true });
  return names;
}
