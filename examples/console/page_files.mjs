// The page's own files, read once: no path from outside ever reaches the file system.

import { readFileSync, readdirSync } from 'node:fs';
import { extname } from 'node:path';

const folder = new URL('./page/', import.meta.url);
const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** @returns {Map<string, { type: string, content: Buffer }>} by path */
export function pageFiles() {
  const names = readdirSync(folder).filter((name) => extname(name) in types);
  const entries = names.map((name) => [
    name === 'index.html' ? '/' : `/${name}`,
    { type: types[extname(name)], content: readFileSync(new URL(name, folder)) },
  ]);
  return new Map(entries);
}
