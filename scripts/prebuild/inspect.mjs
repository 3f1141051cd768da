// What every prebuilt binary must keep to, told as a list of what it breaks.

import { readFileSync, statSync } from 'node:fs';

import { root } from '../support.mjs';
import { readElf } from './elf.mjs';
import { oldestGlibc } from './targets.mjs';

const systemLibraries = {
  glibc:
    /^(libc\.so\.6|libpthread\.so\.0|libdl\.so\.2|libm\.so\.6|librt\.so\.1|ld-linux-(x86-64\.so\.2|aarch64\.so\.1))$/,
  musl: /^libc\.so$/,
};
const entryPoints = 'napi_register_module_v1 node_api_module_get_api_version_v1';
const mostBytes = 3 * 1024 * 1024;

const asNumber = (version) => version.split('.').reduce((sum, part, i) => sum + Number(part) * 1000 ** (2 - i), 0);

/** Empty when the binary at `path` is fit for `target`. */
export function faultsOf(path, { machine, libc }) {
  const elf = readElf(path);
  const faults = [];
  if (elf.machine !== machine) faults.push(`made for ${elf.machine}, not ${machine}`);
  const foreign = elf.needed.filter((library) => !systemLibraries[libc].test(library));
  if (foreign.length > 0) faults.push(`needs ${foreign.join(', ')}`);
  const tooNew = elf.versions.filter((version) => !isOldEnough(version, libc));
  if (tooNew.length > 0) faults.push(`needs ${tooNew.join(', ')}`);
  const shown = elf.exported.sort().join(' ');
  if (shown !== entryPoints) faults.push(`exports ${shown}`);
  // The room for it is a few hundred bytes that a process shares; and nothing of ours needs it (see glibc_stat.c).
  if (elf.staticTls) faults.push('asks for static thread-local storage');
  // Node unloads an addon with the last worker that used it; what its C++ library has to do at exit is then gone.
  if (!elf.staysLoaded) faults.push('may be unloaded before the process ends');
  if (readFileSync(path).includes(`${root}/`)) faults.push('names the folder it was built in');
  if (!elf.stripped) faults.push('is not stripped');
  if (statSync(path).size > mostBytes) faults.push(`is ${statSync(path).size} bytes, ${mostBytes} are allowed`);
  return faults;
}

function isOldEnough(version, libc) {
  const glibc = /^GLIBC_([\d.]+)$/.exec(version);
  return libc === 'glibc' && glibc !== null && asNumber(glibc[1]) <= asNumber(oldestGlibc);
}
