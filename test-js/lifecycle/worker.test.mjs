// Contract §4: worker threads, and several engines at once.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import {
  exec,
  fixture,
  holdings,
  killAfter,
  makeEngine,
  marker,
  shell,
  tempDir,
  until,
  waitUntilGone,
  waitUntilPresent,
  within,
} from '../support.mjs';

const config = () => ({ log_dir: join(tempDir(), 'logs'), kill_grace_period_ms: 300 });

function startWorker(t, workerData, options = {}) {
  const worker = new Worker(fixture('worker.mjs'), { workerData: { config: config(), ...workerData }, ...options });
  t.after(() => worker.terminate());
  return worker;
}

/** Runs a request in a worker of its own and waits for the worker's end, so an engine that holds it up fails here. */
async function runInWorker(t, request, options) {
  const worker = startWorker(t, { request }, options);
  const exit = once(worker, 'exit');
  const [message] = await within(8000, once(worker, 'message'), "the worker's answer");
  assert.deepEqual(await within(3000, exit, "the worker's end"), [0]);
  return message;
}

test('an engine works in a worker, events included', async (t) => {
  const { result, lines } = await runInWorker(t, shell('echo from a worker'));
  assert.deepEqual([result.status, result.stdout], ['completed', 'from a worker\n']);
  assert.deepEqual(lines, ['from a worker']);
});

test("the environment is the worker's own process.env", async (t) => {
  const env = { ...process.env, ONLY_IN_WORKER: 'yes' };
  const { result } = await runInWorker(t, shell('echo ${ONLY_IN_WORKER-no}'), { env });
  assert.equal(result.stdout, 'yes\n');
  assert.equal((await makeEngine(t).run(shell('echo ${ONLY_IN_WORKER-no}'))).stdout, 'no\n');
});

test('what the worker changes in its process.env is there from its next command on', async (t) => {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { ExecutionEngine } = require(workerData.lib);
    const engine = new ExecutionEngine(workerData.config);
    const command = { type: 'shell', command: 'printf %s "\${IN_WORKER-no}"' };
    const seen = async () => (await engine.run({ command })).stdout;
    (async () => {
      const all = [await seen()];
      process.env.IN_WORKER = 'one';
      all.push(await seen());
      process.env.IN_WORKER = 'two';
      all.push(await seen());
      delete process.env.IN_WORKER;
      all.push(await seen());
      parentPort.postMessage(all);
    })();`;
  const lib = fileURLToPath(new URL('../../lib/index.js', import.meta.url));
  const worker = new Worker(code, { eval: true, workerData: { lib, config: config() } });
  t.after(() => worker.terminate());
  const [seen] = await within(8000, once(worker, 'message'), "the worker's answer");
  assert.deepEqual(seen, ['no', 'one', 'two', 'no']);
});

test('a text that is shared with the engine, not copied, survives the end of its worker', async (t) => {
  const { result } = await runInWorker(t, shell('yes | head -c 1000000'));
  assert.equal(result.stdout, 'y\n'.repeat(500_000));
});

test('several workers and the main thread at once', async (t) => {
  const engine = makeEngine(t);
  const inWorkers = [1, 2, 3].map((n) => runInWorker(t, exec('echo', [`worker ${n}`])));
  const here = Array.from({ length: 10 }, (_, n) => engine.run(exec('echo', [String(n)])));
  (await Promise.all(here)).forEach((result, n) => assert.equal(result.stdout, `${n}\n`));
  (await Promise.all(inWorkers)).forEach(({ result }, n) => assert.equal(result.stdout, `worker ${n + 1}\n`));
});

test("terminate takes the worker's children along, and nobody else's", async (t) => {
  const [mine, theirs] = [killAfter(t, marker()), killAfter(t, marker())];
  const engine = makeEngine(t);
  await engine.execute(exec('sleep', [mine]));
  const worker = startWorker(t, { mark: theirs });
  await within(8000, once(worker, 'message'), 'the worker');
  await waitUntilPresent(theirs, 5);
  await within(5000, worker.terminate(), 'terminate');
  await waitUntilGone(theirs, 1000);
  await waitUntilPresent(mine, 1);
});

test('a worker that ends right after executePlan ends alone', async (t) => {
  for (let i = 0; i < 20; i++) {
    const worker = startWorker(t, { plan: true, request: exec('true') });
    assert.deepEqual(await within(8000, once(worker, 'exit'), "the worker's end"), [0]);
  }
});

test('terminated workers leave no threads, descriptors or zombies', async (t) => {
  const use = async () => {
    const worker = startWorker(t, { mark: killAfter(t, marker()) });
    await within(8000, once(worker, 'message'), 'the worker');
    await worker.terminate();
  };
  await use();
  await use();
  const before = holdings();
  for (let i = 0; i < 3; i++) await use();
  let after;
  const settled = () => {
    after = holdings();
    return after.fds <= before.fds && after.threads <= before.threads && after.children <= before.children;
  };
  await until(settled, 3000).catch(() =>
    assert.fail(`before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`),
  );
});

test('several engines in one thread do not mix', async (t) => {
  const engines = [makeEngine(t), makeEngine(t), makeEngine(t)];
  const seen = engines.map(() => []);
  engines.forEach((engine, i) => engine.on('stdout', (event) => seen[i].push(event.line)));
  await Promise.all(engines.map((engine, i) => engine.run(exec('echo', [String(i)]))));
  assert.deepEqual(seen, [['0'], ['1'], ['2']]);
  await engines[0].close();
  assert.equal((await engines[1].run(exec('echo', ['still']))).stdout, 'still\n');
});
