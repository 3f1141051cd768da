// The same scenes for child_process, execa and this engine. Not a test: it prints what each does.
//   node test-js/reliability/peers.mjs [folder]
// execa is installed into the folder (default: out/peers), never into this project.

import { execFileSync, spawn, exec as execCallback } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { ExecutionEngine } from '../../lib/index.mjs';
import { killAfter, marker, pidsOf } from '../support.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = resolve(process.argv[2] ?? join(root, 'out/peers'));
const libraryUrl = pathToFileURL(join(root, 'lib/index.mjs')).href;
const execaPath = join(folder, 'node_modules/execa/index.js');

if (!existsSync(execaPath)) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', 'execa'], { cwd: folder, stdio: 'inherit' });
}
const { execa } = await import(pathToFileURL(execaPath).href);
const { version } = JSON.parse(readFileSync(join(dirname(execaPath), 'package.json'), 'utf8'));

const engine = new ExecutionEngine({ log_dir: null, kill_grace_period_ms: 500 });
/** How each runs a shell command, with a timeout in milliseconds if there is one. */
const runners = {
  child_process: (command, timeout) => promisify(execCallback)(command, { timeout }),
  execa: (command, timeout) => execa('bash', ['-c', command], { timeout, reject: false, forceKillAfterDelay: 500 }),
  'this engine': (command, timeout) =>
    engine.run({ command: { type: 'shell', command }, ...(timeout ? { timeout_ms: timeout } : {}) }),
};

/** A host of each kind that starts a tree and then is killed. */
const hosts = {
  child_process: (command) =>
    `require('node:child_process').exec(${JSON.stringify(command)}, { shell: '/bin/bash' }); setInterval(() => {}, 1000);`,
  execa: (command) =>
    `import(${JSON.stringify(pathToFileURL(execaPath).href)}).then(({ execa }) => execa('bash', ['-c', ${JSON.stringify(command)}]).catch(() => {}));`,
  'this engine': (command) =>
    `import(${JSON.stringify(libraryUrl)}).then(({ ExecutionEngine }) => new ExecutionEngine({ log_dir: null }).execute({ command: { type: 'shell', command: ${JSON.stringify(command)} } }));`,
};

const later = [];
const cleanup = () => later.splice(0).forEach((run) => run());
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(2)} s`;
const outcome = async (promise) =>
  promise.then(
    (value) => value,
    (error) => error,
  );
const leftOf = async (mark) => {
  await delay(1000);
  return pidsOf(mark).length;
};

const scenes = {
  'returns when `sleep 6 & echo hi` has ended': async (name) => {
    const start = performance.now();
    await outcome(runners[name]('sleep 6 & echo hi'));
    return seconds(start);
  },
  'the same with a timeout of 500 ms': async (name) => {
    const start = performance.now();
    await outcome(runners[name]('sleep 6 & sleep 6', 500));
    return seconds(start);
  },
  'processes left after a timeout, of a tree with setsid': async (name) => {
    const mark = killAfter({ after: (run) => later.push(run) }, marker());
    outcome(runners[name](`setsid sleep ${mark} & sleep ${mark}`, 500));
    await delay(1500);
    const left = await leftOf(mark);
    cleanup();
    return `${left}`;
  },
  'processes left 1 s after SIGKILL of the host': async (name) => {
    const mark = killAfter({ after: (run) => later.push(run) }, marker());
    const host = spawn(process.execPath, ['-e', hosts[name](`setsid sleep ${mark} & sleep ${mark}`)], {
      stdio: 'ignore',
    });
    for (let look = 0; look < 500 && pidsOf(mark).length < 2; look++) await delay(10);
    const before = pidsOf(mark).length;
    host.kill('SIGKILL');
    const left = await leftOf(mark);
    cleanup();
    return before < 2 ? 'did not start' : `${left}`;
  },
  '300 commands with 64 descriptors: how many end right': async (name) => {
    const call = {
      child_process: `const { exec } = require('node:child_process'); const run = (c) => require('node:util').promisify(exec)(c).then((r) => r.stdout);`,
      execa: `const run = (c) => import(${JSON.stringify(pathToFileURL(execaPath).href)}).then(({ execa }) => execa('bash', ['-c', c])).then((r) => r.stdout + '\\n');`,
      'this engine': `let engine; const run = (c) => import(${JSON.stringify(libraryUrl)}).then(({ ExecutionEngine }) => (engine ??= new ExecutionEngine({ log_dir: null, concurrency_policy: 'queue' })).run({ command: { type: 'shell', command: c } })).then((r) => r.stdout);`,
    }[name];
    const code = `${call} run('echo first').then(() => Promise.allSettled(Array.from({ length: 300 }, (_, i) => run('sleep 0.1; echo ' + i)))).then((all) => console.log(all.filter((one, i) => one.value === i + '\\n').length));`;
    const file = join(folder, 'host.cjs');
    writeFileSync(file, code);
    const { stdout } = await outcome(
      promisify(execCallback)(`ulimit -n 64; exec "${process.execPath}" "${file}" 2>/dev/null`, {
        shell: '/bin/bash',
        timeout: 60_000,
      }),
    );
    return stdout?.trim() || 'crashed';
  },
};

const names = Object.keys(runners);
console.log(`Node ${process.version}, execa ${version}\n`);
console.log(`| scene | ${names.join(' | ')} |\n|---|${names.map(() => '---').join('|')}|`);
for (const [scene, play] of Object.entries(scenes)) {
  const cells = [];
  for (const name of names) cells.push(await play(name));
  console.log(`| ${scene} | ${cells.join(' | ')} |`);
}
await engine.close();
process.exit(0);
