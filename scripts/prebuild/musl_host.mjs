// A host for the musl binary on a glibc machine: npm's Bun for musl under Debian's `musl` loader. That Bun wants a
// libstdc++ for musl, which nobody packages for Debian; the few functions it uses are linked from the compiler's own
// static library, which needs four more names than musl has. For tests alone.

import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure, ask, root } from '../support.mjs';
import { zig } from './toolchain.mjs';
import { npmTool } from './tools.mjs';

const loader = '/lib/ld-musl-x86_64.so.1';
const muslLibc = '/usr/lib/x86_64-linux-musl/libc.so';

/** Why it cannot be had here, or undefined. */
export function whyNoMuslHost() {
  const absent = [loader, muslLibc].filter((path) => !existsSync(path));
  return absent.length > 0 ? `${absent.join(', ')} not there (Debian: musl)` : undefined;
}

const additions = `#include <pthread.h>
char __libc_single_threaded = 0;
__attribute__((visibility("hidden"))) void* __dso_handle = &__dso_handle;
int __pthread_key_create(pthread_key_t* key, void (*end)(void*)) { return pthread_key_create(key, end); }
int _dl_find_object(void* pc, void* result) { return (void)pc, (void)result, -1; }
`;
// Bun defines these by copy relocation, so they are not among its undefined symbols.
const copied = ['__vmi_class_type_info', '__si_class_type_info', '__class_type_info'];

/** { program, args, env }: what starts the runtime; a script and its arguments follow. */
export async function muslHost() {
  const bun = npmTool('@oven/bun-linux-x64-musl@1', '@oven/bun-linux-x64-musl/bin/bun', { force: true });
  const dir = join(root, 'out/tools/libstdc++-musl');
  const library = join(dir, 'libstdc++.so.6');
  if (!existsSync(library)) await linkLibrary(bun, dir, library);
  return { program: loader, args: [bun], env: { LD_LIBRARY_PATH: dir } };
}

async function linkLibrary(bun, dir, library) {
  mkdirSync(dir, { recursive: true });
  const missing = [...must('nm', ['-D', '--undefined-only', bun]).matchAll(/ U ((?:_Z|__cxa)\w+)$/gm)];
  const vtables = copied.map((name) => `_ZTVN10__cxxabiv1${name.length}${name}E`);
  const wanted = [...missing.map((match) => match[1]), ...vtables, '__once_proxy', '__dynamic_cast'];
  writeFileSync(join(dir, 'exports.map'), `{ global: ${wanted.map((name) => `${name};`).join(' ')} local: *; };\n`);
  writeFileSync(join(dir, 'additions.c'), additions);
  const object = join(dir, 'additions.o');
  must(await zig(), ['cc', '-target', 'x86_64-linux-musl', '-fPIC', '-c', join(dir, 'additions.c'), '-o', object]);
  const archives = ['libstdc++.a', 'libgcc_eh.a', 'libgcc.a'].map((name) =>
    must('c++', [`-print-file-name=${name}`]).trim(),
  );
  const names = wanted.flatMap((name) => ['-u', name]);
  const options = [
    '-shared',
    '-soname',
    'libstdc++.so.6',
    '--gc-sections',
    '--version-script',
    join(dir, 'exports.map'),
  ];
  must('ld', [...options, '-o', library, ...names, object, '--start-group', ...archives, '--end-group']);
  const libc = join(dir, 'libc.musl-x86_64.so.1');
  if (!existsSync(libc)) symlinkSync(muslLibc, libc);
}

function must(program, args) {
  const { ok, stdout, stderr } = ask(program, args);
  if (!ok) throw new Failure(`${program} ${args.join(' ')} failed:\n${stderr}`);
  return stdout;
}
