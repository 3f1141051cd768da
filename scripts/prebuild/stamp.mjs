// Of which sources a prebuilt binary was made, so that an old one is not packed with a newer lib/. Kept outside
// prebuilds/, which is packed whole.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { listedSources } from '../sources.mjs';
import { Failure, root } from '../support.mjs';
import { binaryOf, corrections, targets } from './targets.mjs';

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

const stampOf = (target) => (existsSync(stampFile(target)) ? readFileSync(stampFile(target), 'utf8') : undefined);

/** Completes a sentence after the target's name when its binary cannot stand for the tree; or undefined. */
export function whyUnusable(target) {
  if (!existsSync(binaryOf(target))) return 'is not there';
  return stampOf(target) === sourcesHash() ? undefined : 'was made of other sources';
}

/** The binary that this machine, a glibc one, would load from the package. */
export const hostBinary = () => usableBinary(`${process.platform}-${process.arch}`);

/** The path of the binary of that name; a Failure says why there is none. */
export function usableBinary(name) {
  const target = targets.find((one) => one.name === name);
  if (target === undefined) throw new Failure(`No binary is made for ${name}.`);
  const reason = whyUnusable(target);
  if (reason !== undefined) throw new Failure(`${name} ${reason}. Make it with: npm run prebuild`);
  return binaryOf(target);
}
