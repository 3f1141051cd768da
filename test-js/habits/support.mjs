// What is written about this project's commands, and by whom it is run.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const text = (file) => readFileSync(join(root, file), 'utf8');
export const filesIn = (folder, ending) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);

export const workflows = filesIn('.github/workflows', '.yml').map((file) => ({ file, ...parse(text(file)) }));
export const stepsOf = ({ jobs }) => Object.values(jobs).flatMap(({ steps = [] }) => steps);

/** The scripts that a text runs with npm: `npm run x`, `npm test`. */
export const scriptsIn = (words) => [
  ...[...words.matchAll(/\bnpm run (?:--?[\w-]+ )*([\w:-]+)/g)].map(([, name]) => name),
  ...[...words.matchAll(/\bnpm (test|start)\b/g)].map(([, name]) => name),
];
