// What the JavaScript tests share: engines that close themselves, waiting for facts, and finding processes by a mark.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { ExecutionEngine } from '../lib/index.mjs';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
export const fixture = (name) => join(fixtures, name);

/** The addon is a sanitized one: what measures memory or time means nothing. */
export const sanitized = process.env.CLOUDOPS_SANITIZED === '1';

/** The process warnings until the test ends. */
export function collectWarnings(t) {
  const warnings = [];
  const listen = (warning) => warnings.push(warning);
  process.on('warning', listen);
  t.after(() => process.off('warning', listen));
  return warnings;
}

// ---- files ---------------------------------------------------------------------------------------------------------

/** Why what needs a disk that is full is skipped; false: it is not. */
export const noFullDisk = !existsSync('/dev/full') && 'needs /dev/full';

let root;
/** A new empty directory, removed when this test process ends (an engine may still write while a test's hooks run). */
export function tempDir() {
  if (root === undefined) {
    root = mkdtempSync(join(tmpdir(), 'engine-test-'));
    process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  }
  return mkdtempSync(join(root, 'd-'));
}

/** Writes a file into a new directory and returns its path. */
export function tempFile(name, content, mode = 0o644) {
  const path = join(tempDir(), name);
  writeFileSync(path, content, { mode });
  return path;
}

// ---- engines -------------------------------------------------------------------------------------------------------

/** An engine that logs to a directory of its own, is quick to kill, and is closed when the test ends. */
export function makeEngine(t, config = {}) {
  const engine = new ExecutionEngine({
    log_dir: join(tempDir(), 'logs'),
    kill_grace_period_ms: 300,
    enable_auto_cleanup: false,
    ...config,
  });
  t.after(() => engine.close());
  return engine;
}

export const shell = (command, more = {}) => ({ command: { type: 'shell', command }, ...more });
export const exec = (program, args = [], more = {}) => ({ command: { type: 'exec', program, args }, ...more });

/** The words before a command that make another user of a root. */
export const otherUser = 'setpriv --reuid 65534 --regid 65534 --clear-groups';

/** Keeps every event of an engine, in the order emitted. */
export function recordEvents(engine) {
  const events = [];
  engine.on('event', (event) => events.push(event));
  return events;
}

export const isLine = (event) => event.event_type === 'stdout' || event.event_type === 'stderr';
const terminalTypes = new Set(['completed', 'failed', 'timeout', 'cancelled']);
export const isTerminal = (event) => terminalTypes.has(event.event_type);

/** Joins partial pieces: the lines of one stream as a reader sees them. */
export function wholeLines(events, stream) {
  const lines = [];
  let open = '';
  for (const event of events) {
    if (event.event_type !== stream) continue;
    open += event.line;
    if (event.partial) continue;
    lines.push(open);
    open = '';
  }
  assert.equal(open, '', 'the last piece of a line must not be partial');
  return lines;
}

/** The first event that satisfies `wanted`. */
export function nextEvent(engine, wanted) {
  return new Promise((resolve) => {
    const listen = (event) => {
      if (!wanted(event)) return;
      engine.off('event', listen);
      resolve(event);
    };
    engine.on('event', listen);
  });
}

/** For assert.rejects: an error with this code (and these other properties). */
export const withCode = (code, more = {}) => ({ name: /Error$/, code, ...more });

// ---- waiting -------------------------------------------------------------------------------------------------------

/** What an async iterable yields, to its end. */
export async function collect(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** Polls until `fact()` is truthy and returns it; fails after `ms` with what was last seen. */
export async function until(fact, ms, what = fact.toString()) {
  const deadline = performance.now() + ms;
  for (;;) {
    let seen;
    try {
      seen = await fact();
      if (seen) return seen;
    } catch (error) {
      seen = error;
    }
    if (performance.now() > deadline) assert.fail(`not within ${ms} ms: ${what}; last seen: ${String(seen)}`);
    await delay(10);
  }
}

/** Node's garbage collector, whatever options it was started with. */
export function collector() {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

/** Resolves when what the WeakRef refers to was collected. */
export async function untilCollected(ref, what) {
  const collect = collector();
  const isGone = () => {
    collect();
    return ref.deref() === undefined;
  };
  await until(isGone, 5000, `${what} to be collected`);
}

/** The promise's outcome, or a failure after `ms`: for what must not hang. */
export async function within(ms, promise, what) {
  const clock = new AbortController();
  const late = delay(ms, null, { signal: clock.signal }).then(
    () => assert.fail(`still unsettled after ${ms} ms: ${what}`),
    () => undefined,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clock.abort();
  }
}

// ---- processes -----------------------------------------------------------------------------------------------------

/** An argument for `sleep` that no other process on the machine has. */
export const marker = () => `1000.${Math.floor(Math.random() * 1e9)}${process.pid}`;

const numeric = (name) => /^\d+$/.test(name);

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, ppid, pgrp] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, ppid: Number(ppid), pgrp: Number(pgrp) };
  } catch {
    return null;
  }
}

/** A process that runs or could run; a zombie is not alive. */
export const alive = (pid) => !['Z', 'X', undefined].includes(statOf(pid)?.state);

/** Pids of living processes whose command line holds `mark`. */
export function pidsOf(mark) {
  const found = [];
  for (const name of readdirSync('/proc').filter(numeric)) {
    try {
      if (readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(mark) && alive(name)) found.push(Number(name));
    } catch {
      // It ended between the listing and the look.
    }
  }
  return found;
}

export const waitUntilPresent = (mark, count, ms = 5000) =>
  until(() => pidsOf(mark).length >= count, ms, `${count} processes marked ${mark}`);

export const waitUntilGone = (mark, ms = 5000) =>
  until(() => pidsOf(mark).length === 0, ms, `no process marked ${mark}, but there is ${pidsOf(mark)}`);

/** Kills what a test leaves on purpose, also when it fails. */
export function killAfter(t, mark) {
  t.after(() => {
    for (const pid of pidsOf(mark)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It was faster.
      }
    }
  });
  return mark;
}

/** What this process holds: file descriptors, threads and children (zombies included). */
export function holdings() {
  const threads = /^Threads:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'));
  const pids = readdirSync('/proc').filter(numeric);
  return {
    fds: readdirSync('/proc/self/fd').length,
    threads: Number(threads[1]),
    children: pids.filter((pid) => statOf(pid)?.ppid === process.pid).length,
  };
}

/** Resident memory of this process in bytes, as the kernel counts it. */
export const residentBytes = () =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))[1]) * 1024;

// ---- other Node processes as hosts ---------------------------------------------------------------------------------

/** Starts test-js/fixtures/host.mjs in a mode of its own; killed with the test if it still runs. */
export function startHost(t, mode, { mark = '', nodeArgs = [] } = {}) {
  const child = spawn(process.execPath, [...nodeArgs, fixture('host.mjs'), mode], {
    env: { ...process.env, MARK: mark, LOG_DIR: join(tempDir(), 'logs'), NODE_TEST_CONTEXT: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return watchHost(t, child);
}

/** What a host process says and how it ends; killed with the test if it still runs. */
export function watchHost(t, child) {
  t.after(() => child.kill('SIGKILL'));
  const host = { child, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (host.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (host.stderr += text));
  host.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  return host;
}

export const hostSays = (host, word, ms = 8000) =>
  until(() => host.stdout.includes(word), ms, `the host to print ${word}`).catch((error) => {
    error.message += `; its stderr: ${host.stderr}`;
    throw error;
  });
