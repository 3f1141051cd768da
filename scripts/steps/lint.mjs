import { join } from 'node:path';

import { ask, findProgram, root } from '../support.mjs';

const bin = (name) => join(root, 'node_modules/.bin', name);
const formatterVersion = '14';

/** eslint, prettier and clang-format: one case each. */
export async function lint() {
  const checks = {
    eslint: () => ask(bin('eslint'), ['.', '--max-warnings', '0']),
    prettier: () => ask(bin('prettier'), ['--check', '.']),
  };
  const notes = [];
  const reason = whyNoClangFormat();
  if (reason) notes.push(`clang-format did not run: ${reason}`);
  else checks['clang-format'] = () => ask('clang-format', ['--dry-run', '-Werror', ...cFiles()]);

  let failed = 0;
  for (const [name, run] of Object.entries(checks)) {
    const { ok, stdout, stderr } = run();
    console.log(`${ok ? '✓' : '✗'} ${name}`);
    if (ok) continue;
    failed += 1;
    console.log(stdout + stderr);
  }
  for (const note of notes) console.log(note);
  return { passed: Object.keys(checks).length - failed, failed, notes };
}

// Another version lays the same code out differently.
export function whyNoClangFormat() {
  if (findProgram('clang-format') === undefined) return 'it is not installed';
  const version = /version (\d+)/.exec(ask('clang-format', ['--version']).stdout)?.[1];
  return version === formatterVersion
    ? undefined
    : `this is version ${version}, the layout is that of ${formatterVersion}`;
}

export function cFiles() {
  const { stdout } = ask('find', ['src', 'test-native', 'scripts', '-name', '*.[ch]', '-o', '-name', '*.[ch]pp']);
  return stdout.trim().split('\n').sort();
}
