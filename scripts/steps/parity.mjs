import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parityRows } from '../parity.mjs';
import { Failure, root } from '../support.mjs';

/** Every row of docs/parity.md names tests that passed in the latest run of the steps `native` and `js`; a case per row. */
export async function parity() {
  const js = outcomes('js.tap', /^ *(ok|not ok) \d+ - (.*?)(?: # (SKIP|TODO).*)?$/gm, ([, verdict, name, skipped]) => [
    name.replaceAll(/\\(.)/g, '$1'),
    skipped === undefined && verdict === 'ok',
  ]);
  const native = outcomes('native.xml', /<testcase name="([^"]*)"[^>]*status="(\w+)"/g, ([, name, status]) => [
    unescape(name),
    status === 'run',
  ]);
  let failed = 0;
  const rows = parityRows();
  for (const { here, proofs } of rows) {
    const wrong = proofs.filter(({ file, name }) => (file.endsWith('.cpp') ? native : js).get(name) !== true);
    if (wrong.length > 0) failed += 1;
    for (const { file, name } of wrong) console.log(`✗ ${here}: this did not pass: ${file}: ${name}`);
  }
  console.log(`${failed === 0 ? '✓' : '✗'} ${rows.length - failed} of ${rows.length} rows of docs/parity.md hold`);
  return { passed: rows.length - failed, failed };
}

/** Name of a test to whether all tests of that name passed. */
function outcomes(report, pattern, read) {
  const path = join(root, 'out/reports', report);
  if (!existsSync(path)) throw new Failure(`There is no ${report}: run the steps native and js first.`);
  const found = new Map();
  for (const match of readFileSync(path, 'utf8').matchAll(pattern)) {
    const [name, passed] = read(match);
    found.set(name, passed && found.get(name) !== false);
  }
  return found;
}

const entities = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };
const unescape = (text) => text.replaceAll(/&(\w+);/g, (whole, name) => entities[name] ?? whole);
