// Mixed load for minutes: does anything grow?
//   node scripts/soak.mjs [--minutes N]          default: 3; prints what the process holds every few seconds
//   node scripts/soak.mjs --executions N [--max-minutes M]   N executions of /bin/true, and the memory after cleanup
// Fails when, after a quarter of the time to warm up, descriptors, threads or zombies have grown, or memory has by more
// than 20 MB (10 MB for --executions).

import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { ExecutionEngine } from '../lib/index.mjs';
import { Failure, main } from './support.mjs';

const library = new URL('../lib/index.mjs', import.meta.url).href;
const config = { log_dir: null, kill_grace_period_ms: 100, enable_auto_cleanup: false, max_in_memory_executions: 200 };
const shell = (command, more = {}) => ({ command: { type: 'shell', command }, ...more });
const exec = (program, args = [], more = {}) => ({ command: { type: 'exec', program, args }, ...more });
const pick = (list) => list[Math.floor(Math.random() * list.length)];

function holdings() {
  const status = readFileSync('/proc/self/status', 'latin1');
  const number = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  let zombies = 0;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z' && Number(parent) === process.pid) zombies++;
    } catch {
      // It ended between the listing and the look.
    }
  }
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    threads: number('Threads'),
    zombies,
    rss: number('VmRSS') * 1024,
  };
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
function show(what, held) {
  const { descriptors, threads, zombies, rss } = held;
  console.log(`${what}: ${descriptors} descriptors, ${threads} threads, ${zombies} zombies, ${megabytes(rss)}`);
}

/** What the process holds when nothing runs: collected, and looked at until it stays the same for a moment. */
async function atRest() {
  let least;
  for (let look = 0; look < 20; look++) {
    globalThis.gc?.();
    const held = holdings();
    least ??= held;
    for (const name of Object.keys(held)) least[name] = Math.min(least[name], held[name]);
    await delay(50);
  }
  return least;
}

/** Each leaves nothing behind when it has settled. */
const loads = {
  spawn: async (engine) => expect((await engine.run(exec('true'))).status, 'completed'),
  stream: async (engine) => {
    const id = await engine.execute(shell('seq 3000; seq 100 >&2'));
    let lines = 0;
    for await (const line of engine.lines(id)) lines += line.partial ? 0 : 1;
    expect(lines, 3100);
  },
  leave: async (engine) => {
    const id = await engine.execute(shell('seq 20000'));
    for await (const line of engine.lines(id)) if (line) break;
    await engine.waitForCompletion(id);
  },
  cancel: async (engine) => {
    const id = await engine.execute(shell('setsid sleep 100 & sleep 100'));
    if (Math.random() < 0.5) await delay(10);
    await engine.cancel(id);
    expect((await engine.waitForCompletion(id)).status, 'cancelled');
  },
  timeout: async (engine) => expect((await engine.run(shell('sleep 100', { timeout_ms: 30 }))).status, 'timeout'),
  stdin: async (engine) => {
    const id = await engine.execute(exec('cat', [], { stdin: { type: 'pipe' } }));
    await engine.writeStdin(id, 'hello');
    await engine.closeStdin(id);
    expect((await engine.waitForCompletion(id)).stdout, 'hello');
  },
  refused: async (engine) => engine.execute({ command: { type: 'exec', program: '/does/not/exist' } }).catch(() => {}),
  signal: async (engine) => {
    const controller = new AbortController();
    const pending = engine.run(exec('sleep', ['100']), { signal: controller.signal });
    await delay(5);
    controller.abort();
    await pending.catch(() => {});
  },
  close: async () => {
    const engine = new ExecutionEngine(config);
    const runs = Array.from({ length: 5 }, () => engine.run(shell('sleep 100')).catch(() => {}));
    await engine.close();
    await Promise.all(runs);
  },
  worker: async () => {
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.library).then(async ({ ExecutionEngine }) => {
        const engine = new ExecutionEngine(workerData.config);
        engine.once('stdout', () => parentPort.postMessage('flowing'));
        await engine.execute({ command: { type: 'shell', command: 'while :; do echo x; done' } });
      });`;
    const worker = new Worker(code, { eval: true, workerData: { library, config } });
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
  },
};
const mix = Object.keys(loads).flatMap((name) => Array(name === 'worker' ? 1 : name === 'close' ? 3 : 6).fill(name));

function expect(found, wanted) {
  if (found !== wanted) throw new Failure(`expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
}

/** One descriptor: at a look the engine's reserve (/dev/null) may have lent one, which it takes back with a later start. */
const slack = { descriptors: 1, threads: 0, zombies: 0 };

function compare(before, after, allowedBytes) {
  for (const name of Object.keys(slack))
    if (after[name] > before[name] + slack[name])
      throw new Failure(`${name} grew from ${before[name]} to ${after[name]}`);
  const grown = after.rss - before.rss;
  console.log(`memory after warm-up and at the end differ by ${megabytes(grown)}`);
  if (grown > allowedBytes) throw new Failure(`memory grew by ${megabytes(grown)}`);
}

async function soak(minutes) {
  const end = performance.now() + minutes * 60_000;
  const warm = performance.now() + minutes * 15_000;
  const counts = {};
  const phase = async (until) => {
    const engine = new ExecutionEngine({ ...config, max_concurrent_executions: 100, concurrency_policy: 'queue' });
    const work = async () => {
      while (performance.now() < until) {
        const name = pick(mix);
        await loads[name](engine);
        counts[name] = (counts[name] ?? 0) + 1;
      }
    };
    const housekeeping = setInterval(() => {
      show(`${((performance.now() - (end - minutes * 60_000)) / 1000).toFixed(0).padStart(5)} s`, holdings());
      engine.cleanup().catch(() => {});
    }, 10_000);
    await Promise.all(Array.from({ length: 8 }, work));
    clearInterval(housekeeping);
    await engine.cleanup();
    await engine.close();
    return atRest();
  };
  const before = await phase(warm);
  show('warm ', before);
  const after = await phase(end);
  show('end  ', after);
  console.log(
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', '),
  );
  compare(before, after, 20e6);
}

async function many(executions, maxMinutes) {
  const engine = new ExecutionEngine({ ...config, max_concurrent_executions: 16, concurrency_policy: 'queue' });
  const deadline = performance.now() + maxMinutes * 60_000;
  const warmup = Math.max(1000, Math.floor(executions / 10));
  let done = 0;
  const upTo = async (limit) => {
    const work = async () => {
      while (done < limit && performance.now() < deadline) {
        done++;
        await loads.spawn(engine);
        if (done % 1000 === 0) await engine.cleanup();
      }
    };
    await Promise.all(Array.from({ length: 16 }, work));
    await engine.cleanup();
    return atRest();
  };
  const before = await upTo(warmup);
  show(`${done} executions`, before);
  const after = await upTo(executions);
  show(`${done} executions`, after);
  await engine.close();
  compare(before, after, 10e6);
}

await main(async () => {
  const args = process.argv.slice(2);
  const option = (name, otherwise) => {
    const at = args.indexOf(name);
    const value = at < 0 ? otherwise : Number(args[at + 1]);
    if (value !== undefined && !(value > 0)) throw new Failure(`${name} takes a number above 0.`);
    return value;
  };
  const executions = option('--executions');
  if (executions) await many(executions, option('--max-minutes', 60));
  else await soak(option('--minutes', 3));
});
