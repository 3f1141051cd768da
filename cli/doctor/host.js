'use strict';

const { existsSync, readFileSync } = require('node:fs');
const { release } = require('node:os');

/** pidfd_open and waiting on it. */
const oldestKernel = [5, 4];
/** Below these a busy engine (a pipe or two, a pidfd and a process per command) meets the limit before its own. */
const comfortable = { files: 1024, processes: 512 };

const atLeast = ([major, minor], [wantedMajor, wantedMinor]) =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

const kernelOf = (text) => (/^(\d+)\.(\d+)/.exec(text)?.slice(1) ?? [0, 0]).map(Number);

/** The C library that this Node was made for. */
function libc() {
  const version = process.report.getReport().header.glibcVersionRuntime;
  return version === undefined ? 'musl' : `glibc ${version}`;
}

/** @returns {{ soft: number, hard: number } | undefined} Infinity: no limit */
function limitIn(text, name) {
  const found = new RegExp(`^${name}\\s+(\\S+)\\s+(\\S+)`, 'm').exec(text);
  if (found === null) return undefined;
  const [soft, hard] = found.slice(1).map((value) => (value === 'unlimited' ? Infinity : Number(value)));
  return { soft, hard };
}

function limitCheck(text, name, title, enough) {
  const limit = limitIn(text, title);
  if (limit === undefined) return { name, state: 'note', found: 'cannot be read', essential: false };
  const show = (value) => (value === Infinity ? 'unlimited' : String(value));
  const found = `${show(limit.soft)} (may be raised to ${show(limit.hard)})`;
  return limit.soft >= enough
    ? { name, state: 'ok', found, essential: false }
    : { name, state: 'note', found: `${found}; many commands at once need more`, essential: false };
}

/** What can be known without the engine. */
function checkHost() {
  const kernel = release();
  const hasProc = existsSync('/proc/self/stat');
  const isLinux = process.platform === 'linux';
  const isKernelNew = isLinux && atLeast(kernelOf(kernel), oldestKernel);
  const limits = hasProc ? readFileSync('/proc/self/limits', 'utf8') : '';
  return [
    {
      name: 'node',
      state: 'ok',
      found: `${process.version}, ${process.platform}-${process.arch}, ${isLinux ? libc() : 'no libc known'}, Node-API ${process.versions.napi}, ABI ${process.versions.modules}`,
      essential: true,
    },
    {
      name: 'kernel',
      state: isKernelNew ? 'ok' : 'missing',
      found: isKernelNew ? kernel : `${process.platform} ${kernel}; Linux ${oldestKernel.join('.')} or later is needed`,
      essential: true,
    },
    {
      name: '/proc',
      state: hasProc ? 'ok' : 'missing',
      found: hasProc ? 'mounted' : 'not mounted: processes that leave their group are not found',
      essential: true,
    },
    limitCheck(limits, 'open files', 'Max open files', comfortable.files),
    limitCheck(limits, 'processes', 'Max processes', comfortable.processes),
  ];
}

module.exports = { atLeast, checkHost, kernelOf, limitIn };
