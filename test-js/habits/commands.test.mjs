// Every npm command that a document names exists.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { documents } from '../docs/blocks.mjs';
import { root, scriptsIn, text } from './support.mjs';

/** Documents with commands of their own beside them: an example with a package.json means that one as well. */
const beside = ['examples', 'bench']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => `${folder}/${name}`))
  .filter((file) => file.endsWith('.md') && !file.includes('node_modules'));
const all = [...documents(), ...beside, '.github/PULL_REQUEST_TEMPLATE.md', 'CHANGELOG.md'];

/** Commands of a tool that the reader is to install, not of this project: what they are for. */
const foreign = { 'examples/tauri-sidecar/README.md': ['tauri'] };

function scriptsFor(file) {
  const own = join(dirname(file), 'package.json');
  return ['package.json', own]
    .filter((one) => existsSync(join(root, one)))
    .flatMap((one) => Object.keys(JSON.parse(text(one)).scripts ?? {}));
}

test('every npm command in a document is in package.json', () => {
  let seen = 0;
  for (const file of all) {
    const known = [...scriptsFor(file), ...(foreign[file] ?? [])];
    for (const name of scriptsIn(text(file))) {
      seen += 1;
      assert.ok(known.includes(name), `${file}: npm run ${name}`);
    }
  }
  assert.ok(seen > 30, `${seen} commands`);
});

test('every command of package.json that a person types is in a document', () => {
  const hooks = ['prepack'];
  const written = new Set(all.flatMap((file) => scriptsIn(text(file))));
  const { scripts } = JSON.parse(text('package.json'));
  const untold = Object.keys(scripts).filter((name) => !written.has(name) && !hooks.includes(name));
  assert.deepEqual(untold, []);
});
