// docs/parity.md as data: its rows, and the tests that they name.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './support.mjs';

const fileOf = (place) => (place.startsWith('native/') ? `test-${place}_test.cpp` : `test-js/${place}.test.mjs`);

/** Each row: { rust, here, proofs: [{ file, name }] }. */
export function parityRows() {
  const text = readFileSync(join(root, 'docs/parity.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| (?!Rust engine )/.test(line));
  return rows.map((line) => {
    const [rust, here, proof] = line.slice(2, -2).split(' | ');
    const proofs = proof.split('<br>').map((one) => {
      const [place, name] = one.split(' › ');
      return { file: fileOf(place), name };
    });
    return { rust, here, proofs };
  });
}
