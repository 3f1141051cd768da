// The plans in examples/plans, to pick from.

import { readFile, readdir } from 'node:fs/promises';

const folder = new URL('../plans/', import.meta.url);

/** @returns {Promise<{ name: string, text: string }[]>} each file's name and JSON text */
export async function examplePlans() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(new URL(name, folder), 'utf8') })));
}
