// Puts results where readers find them: bench/results/ and, between its markers, the README.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure, root } from '../scripts/support.mjs';

const resultsDir = join(root, 'bench/results');
const markers = ['<!-- bench:begin -->', '<!-- bench:end -->'];

export function keep(files) {
  mkdirSync(resultsDir, { recursive: true });
  for (const file of files) copyFileSync(join(root, 'out/bench', file), join(resultsDir, file));
}

export function writeReadme(text) {
  const path = join(root, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const [begin, end] = markers.map((marker) => readme.indexOf(marker));
  if (begin < 0 || end < begin) throw new Failure(`README.md has no ${markers.join(' … ')} to write between.`);
  const opening = readme.slice(0, begin + markers[0].length);
  writeFileSync(path, `${opening}\n\n${text}\n\n${readme.slice(end)}`);
}
