// A plan of two hundred real commands that read each other's files ends as the same commands run one by one by hand.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { exec, makeEngine, shell, tempDir } from '../support.mjs';

const count = 200;
const roots = 10;

/** The same numbers in every run (a linear congruential generator). */
function numbersFrom(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const fileOf = (i) => `${i}.txt`;

/** What may be done with the files of earlier commands; each writes its own file, some print as well. */
const makers = [
  (own, ins) => exec('sort', ['-o', own, ...ins]),
  (own, ins) => exec('sort', ['-r', '-u', '-o', own, ...ins]),
  (own, ins) => exec('cp', ['-v', ins[0], own]),
  (own, ins) => exec('sed', ['-e', 's/[aeiou]/-/', '-e', `w ${own}`, ...ins]),
  (own, ins) => exec('sed', ['-n', '-e', '1~2p', '-e', `w ${own}`, ...ins]),
  (own, ins) => shell(`wc ${ins.join(' ')} | tee ${own}`),
  (own, ins) => shell(`cksum ${ins.join(' ')} | tee ${own}`),
  (own, ins) => shell(`cat ${ins.join(' ')} | tr a-z A-Z | head -n 20 > ${own}; wc -c < ${own}; echo done >&2`),
  (own, ins) => shell(`cut -c 2- ${ins.join(' ')} | tail -n 15 | tee ${own}`),
];
/** Finds nothing and fails, with what a failing command prints; what depends on it does not run. */
const failing = (own, ins) => shell(`cp ${ins[0]} ${own}; echo partly; grep no-such-word ${own}`);

/** Places are a topological order, indices are not: a command may depend on a later one. */
function makeGraph(below) {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = below(i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  const commands = [];
  const dependencies = {};
  order.forEach((index, place) => {
    const wanted = place < roots ? 0 : 1 + below(3);
    const needed = [...new Set(Array.from({ length: wanted }, () => order[below(place)]))];
    const ins = needed.length === 0 ? [`input-${place}`] : needed.map(fileOf);
    const make = place >= roots && below(40) === 0 ? failing : makers[below(makers.length)];
    commands[index] = make(fileOf(index), ins);
    dependencies[index] = needed;
  });
  return { order, commands, dependencies };
}

function inputDir() {
  const dir = tempDir();
  for (let i = 0; i < roots; i++) {
    const lines = Array.from({ length: 30 }, (_, line) => `${(line * 7 + i) % 30} line ${line} of input ${i}`);
    writeFileSync(join(dir, `input-${i}`), `${lines.join('\n')}\n`);
  }
  return dir;
}

const neverRan = { status: 'cancelled', exit_code: -1, stdout: '', stderr: '' };

function runByHand({ order, commands, dependencies }, dir) {
  const results = [];
  for (const index of order) {
    if (dependencies[index].some((one) => results[one].status !== 'completed')) {
      results[index] = neverRan;
      continue;
    }
    const { command } = commands[index];
    const [program, args] =
      command.type === 'shell' ? ['bash', ['-c', command.command]] : [command.program, command.args];
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: dir, encoding: 'utf8' });
    results[index] = { status: status === 0 ? 'completed' : 'failed', exit_code: status, stdout, stderr };
  }
  return results;
}

const filesIn = (dir) =>
  Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]));

test('200 commands that read each other’s files end as they do one by one', { timeout: 60_000 }, async (t) => {
  const engine = makeEngine(t);
  const graph = makeGraph(numbersFrom(20));
  const dir = inputDir();
  const result = await engine.waitForPlan(
    await engine.executePlan({
      description: 'files made from files',
      strategy: { type: 'dependency_graph', dependencies: graph.dependencies, max_concurrency: 8 },
      commands: graph.commands.map((request) => ({ ...request, working_dir: dir })),
    }),
  );
  const handDir = inputDir();
  const byHand = runByHand(graph, handDir);

  // The graph has all kinds of ends, or the comparison would say little.
  const ends = byHand.map(({ status }) => status);
  for (const status of ['completed', 'failed', 'cancelled']) assert.ok(ends.includes(status), `none is ${status}`);
  assert.ok(ends.filter((status) => status === 'completed').length > count / 2);
  assert.deepEqual(
    result.results.map(({ status, exit_code, stdout, stderr }) => ({ status, exit_code, stdout, stderr })),
    byHand,
  );
  assert.deepEqual(filesIn(dir), filesIn(handDir));
});
