// Installs what the tests with the real AWS CLI need, once: Debian's `awscli`, and servers from npm that speak the
// protocols of DynamoDB and S3. Both stay installed; a second call takes no time and needs no network.

import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { run, whyNoPackage } from '../debian.mjs';

const listed = fileURLToPath(new URL('./servers/', import.meta.url));
const installed = fileURLToPath(new URL('../../out/aws-servers/', import.meta.url));

// In a folder of their own: they are many, and nothing but these tests needs them. Nothing of theirs is compiled.
function installServers() {
  if (existsSync(join(installed, 'node_modules/.package-lock.json'))) return;
  mkdirSync(installed, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(listed, name), join(installed, name));
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: installed });
}

/** @returns {string | undefined} why the tests cannot run here; undefined: they can */
export function prepare() {
  const reason = whyNoPackage('/usr/bin/aws', 'awscli');
  if (reason === undefined) installServers();
  return reason;
}

/** For the `skip` of tests: false, or the reason, which is printed. */
export function whyNot() {
  const reason = prepare();
  if (reason !== undefined) console.log(`The tests with the AWS CLI are skipped: ${reason}.`);
  return reason ?? false;
}

/** Loads one of the servers; `prepare` comes first. */
export const requireServer = (name) => createRequire(join(installed, 'package.json'))(name);
