// The machine that the figures belong to.

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

function systemName() {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))[1];
  } catch {
    return 'Linux';
  }
}

export const machine = () => ({
  cpu: cpus()[0].model,
  cores: availableParallelism(),
  memory_gib: Math.round(totalmem() / 1024 ** 3),
  system: systemName(),
  kernel: release(),
  arch: process.arch,
});

/** The load of the last minute per core; above this others were at work and the figures are theirs too. */
export const loadPerCore = () => loadavg()[0] / availableParallelism();
export const quietLoad = 0.5;

export const describe = ({ cpu, cores, memory_gib, system, kernel, arch }) =>
  `${cpu}, ${cores} cores, ${memory_gib} GiB, ${system}, Linux ${kernel}, ${arch}`;

export const describeVersions = (versions) =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
