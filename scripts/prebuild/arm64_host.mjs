// A host for the glibc arm64 binary on another processor: npm's Node for arm64 under Debian's qemu. For tests alone.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { nodeForArm64 } from './tools.mjs';

const qemu = '/usr/bin/qemu-aarch64-static';
const sysroot = '/usr/aarch64-linux-gnu';

/** Why it cannot be had here, or undefined. */
export function whyNoArm64Host() {
  const absent = [qemu, join(sysroot, 'lib/libc.so.6')].filter((path) => !existsSync(path));
  return absent.length > 0
    ? `${absent.join(', ')} not there (Debian: qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross)`
    : undefined;
}

/** { program, args }: what starts the runtime; its own arguments follow. */
export const arm64Host = () => ({ program: qemu, args: ['-L', sysroot, nodeForArm64()] });
