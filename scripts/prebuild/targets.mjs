// The platforms that get a prebuilt binary, and where it lies: lib/native.js looks for exactly these folders.

import { join } from 'node:path';

import { root } from '../support.mjs';

export const addonName = 'cloudops_execution_engine.node';

/** The oldest glibc that the binaries load on (Debian 10, RHEL 8, Ubuntu 18.10). */
export const oldestGlibc = '2.28';

/** name: the folder; triple: what the compiler is told; machine: as in the ELF header; libc: what may be linked. */
export const targets = [
  { name: 'linux-x64', triple: `x86_64-linux-gnu.${oldestGlibc}`, machine: 'x86_64', libc: 'glibc' },
  { name: 'linux-arm64', triple: `aarch64-linux-gnu.${oldestGlibc}`, machine: 'aarch64', libc: 'glibc' },
  { name: 'linux-x64-musl', triple: 'x86_64-linux-musl', machine: 'x86_64', libc: 'musl' },
  { name: 'linux-arm64-musl', triple: 'aarch64-linux-musl', machine: 'aarch64', libc: 'musl' },
];

/** Linked into every binary for a C library, beside the listed sources: what zig's copy of it gets wrong. */
export const corrections = { glibc: ['scripts/prebuild/glibc_stat.c'], musl: [] };

export const prebuildsDir = join(root, 'prebuilds');
export const binaryOf = ({ name }) => join(prebuildsDir, name, addonName);
