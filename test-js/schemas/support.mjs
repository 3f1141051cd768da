// The schemas as a user of the package gets them, compiled; and the object types that they describe, by name.

import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Ajv2020 } from 'ajv/dist/2020.js';

// By the package's own name: its exports map is tested with it.
const require = createRequire(import.meta.url);
export const packageFile = (path) => require(`cloudops-execution-engine/${path}`);

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const schemas = Object.fromEntries(
  readdirSync(`${root}schemas`).map((file) => [file.replace('.schema.json', ''), packageFile(`schemas/${file}`)]),
);

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, schemas: Object.values(schemas) });
const validators = Object.fromEntries(Object.entries(schemas).map(([name, { $id }]) => [name, ajv.getSchema($id)]));

/** What a schema has against a value; empty: nothing. */
export function complaints(name, value) {
  const validate = validators[name];
  return validate(value) ? [] : validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Follows references to the schema that says something. */
export function resolve(schema, home) {
  while (schema.$ref !== undefined) {
    const [file, pointer = ''] = schema.$ref.split('#');
    if (file !== '') home = schemas[file.replace('.schema.json', '')];
    schema = pointer === '' ? home : home.$defs[pointer.replace('/$defs/', '')];
  }
  return { schema, home };
}

/** Every object type: name to { schema, home }, roots and definitions alike. */
export const objectTypes = new Map();
/** Every type told apart by a field: name to the names of its variants. */
export const unions = new Map();
for (const home of Object.values(schemas)) {
  for (const [name, schema] of [[home.title, home], ...Object.entries(home.$defs ?? {})]) {
    if (schema.properties !== undefined) objectTypes.set(name, { schema, home });
    if (schema.oneOf !== undefined)
      unions.set(
        name,
        schema.oneOf.map(({ $ref }) => $ref.split('/').pop()),
      );
  }
}
