import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Failure, ask, root } from '../support.mjs';

/** What the compiler reads with which project file: the tests of the typings with a user's strictest settings. */
const projects = {
  'test-js/types/tsconfig.json': ['test-js/types'],
  'tsconfig.json': ['typings', 'examples'],
};

/** One case per file: the declarations, their tests and the examples; one for the pages that are made of them. */
export async function typings() {
  let passed = 0;
  let failed = 0;
  for (const [project, folders] of Object.entries(projects)) {
    const files = folders.flatMap(typeScriptIn);
    const { ok, stdout } = ask(join(root, 'node_modules/.bin/tsc'), ['--project', project, '--pretty', 'false']);
    if (stdout !== '') console.log(stdout);
    const wrong = new Set([...stdout.matchAll(/^(.+?)\(\d+,\d+\): error/gm)].map((match) => match[1]));
    // An error in none of our files (a bad option, a dependency) is a failure too.
    const wrongHere = ok ? 0 : Math.min(files.length, Math.max(1, wrong.size));
    console.log(`${wrongHere === 0 ? '✓' : '✗'} ${project}: ${files.length} files`);
    passed += files.length - wrongHere;
    failed += wrongHere;
  }
  const { ok, stdout, stderr } = ask('npm', ['run', '--silent', 'docs:api']);
  console.log(`${ok ? '✓' : '✗'} docs:api: every declaration is documented, every link leads somewhere`);
  if (!ok) console.log(stdout + stderr);
  return ok ? { passed: passed + 1, failed } : { passed, failed: failed + 1 };
}

function typeScriptIn(folder) {
  const names = readdirSync(join(root, folder), { recursive: true }).filter((name) => /\.[cm]?ts$/.test(name));
  if (names.length === 0) throw new Failure(`There is no TypeScript file in ${folder}.`);
  return names.map((name) => `${folder}/${name}`);
}
