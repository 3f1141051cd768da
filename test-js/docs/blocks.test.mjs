// Every JavaScript and TypeScript block of the documentation runs as it stands, in a directory of its own with the
// package linked; TypeScript is type-checked too. A block that cannot run here says why: ```js no-run: reason

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import ts from 'typescript';

import { tempDir } from '../support.mjs';
import { codeBlocks, documents, root } from './blocks.mjs';

const project = tempDir();
mkdirSync(join(project, 'node_modules'));
symlinkSync(root, join(project, 'node_modules/cloudops-execution-engine'));
for (const name of ['@types', 'ajv'])
  symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));

const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;

/** A directory for one block, where files that it writes disturb no other. */
function place({ where, extension, code }) {
  const dir = join(project, where.replaceAll(/[^\w]/g, '-'));
  mkdirSync(dir);
  const file = join(dir, `block.${extension}`);
  writeFileSync(file, code);
  return { dir, file };
}

const run = (args, cwd) =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ error, stdout, stderr });
    });
  });

for (const file of documents()) {
  const blocks = codeBlocks(file);
  if (blocks.length === 0) continue;
  describe(file, () => {
    for (const block of blocks) {
      if (block.noRun !== undefined) {
        test(`${block.where} says why it does not run`, () => assert.notEqual(block.noRun, ''));
        console.log(`${block.where} does not run here: ${block.noRun}`);
        continue;
      }
      test(`${block.where} runs`, async () => {
        const { dir, file: path } = place(block);
        const loader = block.extension === 'mts' ? ['--import', tsx] : [];
        const { error, stdout, stderr } = await run([...loader, path], dir);
        assert.equal(error, null, `${stderr}\n${block.code}`);
        if (block.output !== undefined) assert.equal(stdout, block.output);
      });
    }
  });
}

test('every TypeScript block has the types that it says', () => {
  const blocks = documents()
    .flatMap(codeBlocks)
    .filter(({ extension }) => extension === 'mts');
  assert.ok(blocks.length > 0);
  const files = blocks.map((block) => place({ ...block, where: `types ${block.where}` }).file);
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  });
  const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => project, getNewLine: () => '\n' };
  assert.equal(ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), host), '');
});
