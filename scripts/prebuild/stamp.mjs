// Of which sources a prebuilt binary was made, so that an old one is not packed with a newer lib/. Kept outside
// prebuilds/, which is packed whole.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { listedSources } from '../sources.mjs';
import { root } from '../support.mjs';
import { corrections } from './targets.mjs';

const stampFile = ({ name }) => join(root, 'out/prebuild', name, 'sources.sha256');

/** One hash over all that is compiled: the listed sources, the guard's, and the corrections of C libraries. */
export function sourcesHash() {
  const { core, binding, guard } = listedSources();
  const hash = createHash('sha256');
  const others = [guard.source, 'src/guard/guard_table.h', ...Object.values(corrections).flat(), 'sources.json'];
  for (const file of [...core, ...binding, ...others]) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

export function writeStamp(target, hash) {
  mkdirSync(dirname(stampFile(target)), { recursive: true });
  writeFileSync(stampFile(target), hash);
}

export const stampOf = (target) =>
  existsSync(stampFile(target)) ? readFileSync(stampFile(target), 'utf8') : undefined;
