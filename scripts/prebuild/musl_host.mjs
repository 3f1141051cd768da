// A host for the musl binaries on a glibc machine: npm's Bun for musl under Debian's `musl` loader, for another processor
// under qemu. That Bun wants a libstdc++ for musl, which nobody packages for Debian; the few functions it uses are linked
// from the compiler's own static library, which needs a few more names than musl has. For tests alone.

import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Failure, ask, findProgram, root } from '../support.mjs';
import { zig } from './toolchain.mjs';
import { npmTool } from './tools.mjs';

/** By the target's machine. emulator: what starts a program of it here; gcc: where its static libraries lie. */
const hosts = {
  x86_64: {
    bun: '@oven/bun-linux-x64-musl',
    emulator: [],
    gcc: () => must('c++', ['-print-file-name=']).trim(),
    ld: 'ld',
    packages: 'musl',
  },
  aarch64: {
    bun: '@oven/bun-linux-aarch64-musl',
    emulator: ['/usr/bin/qemu-aarch64-static'],
    gcc: () => '/usr/lib/gcc-cross/aarch64-linux-gnu/12',
    ld: 'aarch64-linux-gnu-ld',
    packages:
      'qemu-user-static libstdc++-12-dev-arm64-cross binutils-aarch64-linux-gnu, and musl:arm64 after dpkg --add-architecture arm64',
  },
};
// It is the loader as well.
const muslLibc = (machine) => `/usr/lib/${machine}-linux-musl/libc.so`;

/** Why it cannot be had here, or undefined. */
export function whyNoMuslHost({ machine }) {
  const { emulator, gcc, ld, packages } = hosts[machine];
  const wanted = [muslLibc(machine), ...emulator, join(gcc(), 'libstdc++.a'), ld];
  const absent = wanted.filter((name) => findProgram(name) === undefined);
  return absent.length > 0 ? `${absent.join(', ')} not there (Debian: ${packages})` : undefined;
}

const additions = `#include <pthread.h>
#include <sys/auxv.h>
char __libc_single_threaded = 0;
__attribute__((visibility("hidden"))) void* __dso_handle = &__dso_handle;
int __pthread_key_create(pthread_key_t* key, void (*end)(void*)) { return pthread_key_create(key, end); }
int _dl_find_object(void* pc, void* result) { return (void)pc, (void)result, -1; }
unsigned long __getauxval(unsigned long type) { return getauxval(type); }
`;
// Bun defines these by copy relocation, so they are not among its undefined symbols.
const copied = ['__vmi_class_type_info', '__si_class_type_info', '__class_type_info'];

/** { program, args }: what starts the runtime; a script and its arguments follow. */
export async function muslHost({ machine }) {
  const { bun: name, emulator } = hosts[machine];
  const bun = npmTool(`${name}@1`, `${name}/bin/bun`, { force: true });
  const dir = join(root, 'out/tools/libstdc++-musl', machine);
  const library = join(dir, 'libstdc++.so.6');
  if (!existsSync(library)) await linkLibrary(bun, library, machine);
  const [program, ...args] = [...emulator, muslLibc(machine), '--library-path', dir, bun];
  return { program, args };
}

async function linkLibrary(bun, library, machine) {
  const { gcc, ld } = hosts[machine];
  const dir = dirname(library);
  mkdirSync(dir, { recursive: true });
  const missing = [...must('nm', ['-D', '--undefined-only', bun]).matchAll(/ U ((?:_Z|__cxa)\w+)$/gm)];
  const vtables = copied.map((name) => `_ZTVN10__cxxabiv1${name.length}${name}E`);
  const wanted = [...missing.map((match) => match[1]), ...vtables, '__once_proxy', '__dynamic_cast'];
  writeFileSync(join(dir, 'exports.map'), `{ global: ${wanted.map((name) => `${name};`).join(' ')} local: *; };\n`);
  writeFileSync(join(dir, 'additions.c'), additions);
  const object = join(dir, 'additions.o');
  const target = ['-target', `${machine}-linux-musl`];
  must(await zig(), ['cc', ...target, '-fPIC', '-c', join(dir, 'additions.c'), '-o', object]);
  const archives = ['libstdc++.a', 'libgcc_eh.a', 'libgcc.a'].map((name) => join(gcc(), name));
  const names = wanted.flatMap((name) => ['-u', name]);
  const options = [
    '-shared',
    '-soname',
    'libstdc++.so.6',
    '--gc-sections',
    '--version-script',
    join(dir, 'exports.map'),
  ];
  must(ld, [...options, '-o', library, ...names, object, '--start-group', ...archives, '--end-group']);
  const libc = join(dir, `libc.musl-${machine}.so.1`);
  if (!existsSync(libc)) symlinkSync(muslLibc(machine), libc);
}

function must(program, args) {
  const { ok, stdout, stderr } = ask(program, args);
  if (!ok) throw new Failure(`${program} ${args.join(' ')} failed:\n${stderr}`);
  return stdout;
}
