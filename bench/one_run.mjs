// One run of one subject, in a fresh process, checked.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { Failure, root } from '../scripts/support.mjs';
import { programOf } from './versions.mjs';

const worker = join(root, 'bench/worker.mjs');
const limitMs = 300_000;

function runtimeOf(peer) {
  if (peer === 'bun') return [programOf('bun')];
  if (peer === 'deno') return [programOf('deno'), 'run', '--quiet', '--allow-all', '--no-config'];
  return [process.execPath, '--expose-gc'];
}

/** False for Bun or Deno where npm has no program for this machine. */
export const isAvailable = ({ peer }) => peer === 'floor' || peer === 'core' || runtimeOf(peer)[0] !== undefined;

/**
 * @param {object} programs the programs in native/, by name
 * @returns {Promise<Record<string, number>>} the values measured
 */
export async function runOnce(name, scenario, subject, size, programs) {
  const base = scenario.parameters?.(size, subject) ?? size;
  const parameters = { ...base, produce: programs.produce };
  const isFloor = subject.peer === 'floor';
  const command = commandOf(name, scenario, subject, parameters, programs);
  const printed = await outputOf(command.map(String));
  const facts = isFloor ? printed : printed.facts;
  try {
    scenario.check(facts, parameters, { isFloor });
  } catch (error) {
    throw new Failure(`${name}, ${subject.name ?? subject.peer}: ${error.message}`);
  }
  return isFloor ? scenario.fromFloor(printed, parameters) : printed.values;
}

function commandOf(name, scenario, { peer }, parameters, programs) {
  if (peer === 'floor') return [programs.floor, ...scenario.floor(parameters, programs)];
  if (peer === 'core') return [programs[name], ...scenario.core(parameters)];
  return [...runtimeOf(peer), worker, peer, name, JSON.stringify(parameters)];
}

function outputOf([program, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const last = stdout.trim().split('\n').at(-1);
      try {
        if (code === 0) return resolve(JSON.parse(last));
      } catch {
        // Told below, with all that was printed.
      }
      const how = signal ?? `exit code ${code}`;
      reject(new Failure(`${program} ${args.join(' ')}\nended with ${how}:\n${stdout}${stderr}`));
    });
  });
}
