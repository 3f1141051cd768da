import { Failure } from '../../scripts/support.mjs';

/** In the order of the table. The worker loads a scenario by this name. */
const names = [
  'block',
  'sequential',
  'wide',
  'lines',
  'iterate',
  'children',
  'pipe',
  'timeout',
  'kept',
  'cleanup',
  'lifetime',
  'plan',
];

export async function loadScenarios(only) {
  const unknown = only?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) throw new Failure(`no such scenario: ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  const loaded = {};
  for (const name of only ?? names) loaded[name] = (await import(`./${name}.mjs`)).scenario;
  return loaded;
}
