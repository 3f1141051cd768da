// One run in a process of its own, in Node, Bun or Deno:  worker.mjs <peer> <scenario> <parameters as JSON>
// Prints what the scenario measured and the facts that the caller checks, as one line of JSON.

import { readFileSync } from 'node:fs';
import process from 'node:process';

const [peerName, scenarioName, json] = process.argv.slice(2);
const parameters = JSON.parse(json);
const peer = await import(`./peers/${peerName}.mjs`);
const { run } = await import(`./scenarios/${scenarioName}.mjs`);

/** Processor time of the JavaScript thread, which is the process's main thread in all three runtimes. */
function busyMs() {
  return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[0]) / 1e6;
}

/** Wall time and the JavaScript thread's processor time of `work`. */
async function clocked(work) {
  const busyBefore = busyMs();
  const before = performance.now();
  const value = await work();
  return { value, wall_ms: performance.now() - before, busy_ms: busyMs() - busyBefore };
}

await peer.open?.(parameters.engine ?? {});
const measured = await run(peer, parameters, { clocked });
await peer.close?.();
console.log(JSON.stringify(measured));
process.exit(0);
