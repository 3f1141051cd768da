// The code blocks of the documentation.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export function documents() {
  const inDocs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const top = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'].filter((name) => existsSync(join(root, name)));
  return [...top, ...inDocs.map((name) => `docs/${name}`)];
}

const languages = { js: 'mjs', javascript: 'mjs', mjs: 'mjs', cjs: 'cjs', ts: 'mts', typescript: 'mts' };
const fence = /^```([^\n]*)\n([\s\S]*?)^```$/gm;

/**
 * Every block that is JavaScript or TypeScript: { where, extension, code, noRun, output }. `noRun` is the reason after
 * "no-run:" on the opening line; `output` is the text of a block of kind "output" that follows directly: what it prints.
 */
export function codeBlocks(file) {
  const text = readFileSync(join(root, file), 'utf8');
  const fences = [...text.matchAll(fence)];
  return fences.flatMap((match, i) => {
    const [, info, code] = match;
    const extension = languages[info.split(' ')[0]];
    if (extension === undefined) return [];
    const line = text.slice(0, match.index).split('\n').length;
    const next = fences[i + 1];
    const follows = next?.[1] === 'output' && text.slice(match.index + match[0].length, next.index).trim() === '';
    const noRun = info.includes('no-run') ? (/no-run: *(.+)$/.exec(info)?.[1] ?? '') : undefined;
    return [{ where: `${file}:${line}`, extension, code, noRun, output: follows ? next[2] : undefined }];
  });
}
