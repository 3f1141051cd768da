// sources.json is the one list of C++ files: CMakeLists.txt and binding.gyp both read it.
//   node scripts/sources.mjs --write          brings the list up to date with the tree
//   node scripts/sources.mjs --print <key>    prints one part, a file a line (for binding.gyp)

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isMain, root } from './support.mjs';

const parts = { core: 'src/core', binding: 'src/binding' };
const listFile = join(root, 'sources.json');

/** What the list says. */
export const listedSources = () => JSON.parse(readFileSync(listFile, 'utf8'));

/** What the tree holds, in the same shape. */
export function sourcesInTree() {
  const found = {};
  for (const [part, folder] of Object.entries(parts)) found[part] = cppFilesUnder(folder);
  return found;
}

function cppFilesUnder(folder) {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { recursive: true });
  } catch {
    return [];
  }
  return entries
    .filter((name) => /\.(cpp|hpp)$/.test(name))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort();
}

if (isMain(import.meta.url)) {
  const [mode, part] = process.argv.slice(2);
  if (mode === '--write') {
    writeFileSync(listFile, `${JSON.stringify({ ...listedSources(), ...sourcesInTree() }, null, 2)}\n`);
  } else if (mode === '--print' && part in parts) {
    console.log(listedSources()[part].join('\n'));
  } else if (mode === '--print' && part === 'guard') {
    console.log(listedSources().guard.source);
  } else {
    console.error('usage: node scripts/sources.mjs --write | --print core|binding|guard');
    process.exit(2);
  }
}
