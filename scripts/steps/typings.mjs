import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Failure, ask, root } from '../support.mjs';

const filesIn = (folder, pattern) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => pattern.test(name))
    .map((name) => `${folder}/${name}`);

/** The compiler reads the typings, the tests of the typings and the examples: one case per file. */
export async function typings() {
  const tests = filesIn('test-js/types', /\.[cm]?ts$/);
  const examples = filesIn('examples', /\.[cm]?ts$/);
  const declarations = filesIn('typings', /\.d\.[cm]?ts$/);
  for (const [what, files] of Object.entries({ 'test-js/types': tests, examples, typings: declarations })) {
    if (files.length === 0) throw new Failure(`There is no TypeScript file in ${what}.`);
  }

  const { ok, stdout } = ask(join(root, 'node_modules/.bin/tsc'), ['--project', 'tsconfig.json', '--pretty', 'false']);
  console.log(stdout);
  const all = [...tests, ...examples, ...declarations];
  const wrong = new Set([...stdout.matchAll(/^(.+?)\(\d+,\d+\): error/gm)].map((match) => match[1]));
  // An error in no file of ours (a bad option, a dependency) is a failure too.
  const failed = ok ? 0 : Math.max(1, wrong.size);
  return { passed: Math.max(0, all.length - failed), failed };
}
