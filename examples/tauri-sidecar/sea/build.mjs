// Packs Node, the command line tool and the addon into one executable, where Tauri expects a sidecar:
//   node examples/tauri-sidecar/sea/build.mjs [--addon file.node] [--out folder]

import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
/** Where Node looks for the program, as postject wants it; see "Single executable applications" in Node's manual. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
/** Tauri adds the platform's name to that of a sidecar. */
const triple = { 'linux-x64': 'x86_64-unknown-linux-gnu', 'linux-arm64': 'aarch64-unknown-linux-gnu' }[
  `${process.platform}-${process.arch}`
];

const { values } = parseArgs({ options: { addon: { type: 'string' }, out: { type: 'string' } } });
const addon = values.addon ?? join(root, 'build/Release/cloudops_execution_engine.node');
const folder = values.out ?? join(here, '../src-tauri/binaries');
mkdirSync(folder, { recursive: true });
const out = join(folder, `cloudops-exec-${triple}`);
const work = mkdtempSync(join(tmpdir(), 'cloudops-exec-sea-'));

// One script. The `require` that an executable gets knows Node's own modules only; the addon needs the other one.
await build({
  entryPoints: [join(here, 'entry.js')],
  outfile: join(work, 'bundle.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  banner: { js: "require = require('node:module').createRequire(process.execPath);" },
  logLevel: 'warning',
});
const config = join(work, 'sea.json');
writeFileSync(
  config,
  JSON.stringify({
    main: join(work, 'bundle.js'),
    output: join(work, 'program.blob'),
    disableExperimentalSEAWarning: true,
    assets: { addon },
  }),
);
execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'inherit' });
copyFileSync(process.execPath, out);
chmodSync(out, 0o755);
const postject = createRequire(import.meta.url).resolve('postject/dist/cli.js');
execFileSync(process.execPath, [postject, out, 'NODE_SEA_BLOB', join(work, 'program.blob'), '--sentinel-fuse', fuse]);
rmSync(work, { recursive: true });
console.log(out);
