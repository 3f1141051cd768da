// Writes what `npm run lint` checks: prettier's and clang-format's layout.

import { join } from 'node:path';

import { Failure, ask, main, root } from './support.mjs';
import { cFiles, whyNoClangFormat } from './steps/lint.mjs';

await main(() => {
  const prettier = ask(join(root, 'node_modules/.bin/prettier'), ['--write', '--log-level', 'warn', '.']);
  if (!prettier.ok) throw new Failure(prettier.stderr);
  const reason = whyNoClangFormat();
  if (reason) throw new Failure(`C and C++ files were left alone: clang-format cannot be used, ${reason}.`);
  ask('clang-format', ['-i', ...cFiles()]);
});
