// Compiles the guard (the helper that outlives a killed host) and writes its bytes as a C++ header, for node-gyp and the
// prebuilt binaries. CMake does the same in cmake/guard.cmake.
//   node scripts/embed-guard.mjs <output header> [compiler…]     default: $CC, else cc

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Failure, ask, main, root } from './support.mjs';
import { listedSources } from './sources.mjs';

await main(() => {
  const [header, ...given] = process.argv.slice(2);
  if (header === undefined) throw new Failure('usage: node scripts/embed-guard.mjs <output header> [compiler…]');
  const [compiler, ...compilerArgs] = given.length > 0 ? given : (process.env.CC || 'cc').split(' ').filter(Boolean);
  const { source, flags } = listedSources().guard;
  const image = `${header}.elf`;

  mkdirSync(dirname(header), { recursive: true });
  const built = ask(compiler, [...compilerArgs, ...flags, '-o', image, join(root, source)]);
  if (!built.ok) throw new Failure(`The guard did not compile with ${compiler}:\n${built.stderr}`);

  const bytes = [...readFileSync(image)].map((byte) => `0x${byte.toString(16).padStart(2, '0')},`);
  const rows = bytes.join('').replace(/.{100}/g, '$&\n');
  writeFileSync(
    header,
    `#pragma once\nnamespace cloudops {\ninline constexpr unsigned char guard_image[] = {\n${rows}\n};\n}\n`,
  );
  rmSync(image);
});
