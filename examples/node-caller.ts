// The engine at work, for a person to watch:  npm run demo
//
// Runs commands of every kind at once and prints their output as it comes. One of them runs out of time and one is
// cancelled, both with children of their own; /proc shows that nothing is left of them. Ends with a table of the
// results, and with exit code 1 if anything was not as it should be.

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import Table from 'cli-table3';
import picocolors from 'picocolors';

import { ExecutionEngine } from 'cloudops-execution-engine';
import type { ExecutionEvent, ExecutionRequest, ExecutionResult } from 'cloudops-execution-engine';

const color = picocolors.createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
const nameWidth = 9;

interface Step {
  name: string;
  request: ExecutionRequest;
  /** Whether this is the result that was meant to come. */
  expected: (result: ExecutionResult) => boolean;
}

/** A command with two children: one in its process group, one that left it for a session of its own. */
const family = (mark: string) => `sleep ${mark} & setsid sleep ${mark} & echo "waiting with two children"; wait`;
const familySize = 3;

function makeSteps(dir: string, marks: { timeout: string; cancel: string }): Step[] {
  const script = join(dir, 'report.sh');
  writeFileSync(script, '#!/usr/bin/env bash\necho "report for $1 from $PWD"\nwc -c <"$0"\n');
  const steps: Step[] = [
    {
      name: 'shell',
      request: {
        command: {
          type: 'shell',
          command: 'for step in plan apply verify; do echo "$step"; sleep 0.2; done; echo "all done" >&2',
        },
      },
      expected: (result) => result.stdout === 'plan\napply\nverify\n' && result.stderr === 'all done\n',
    },
    {
      name: 'exec',
      request: { command: { type: 'exec', program: 'printf', args: ['%s\\n', 'no shell: $HOME * stays as it is'] } },
      expected: (result) => result.stdout === 'no shell: $HOME * stays as it is\n',
    },
    {
      name: 'script',
      request: { command: { type: 'script', path: script, args: ['October'] }, working_dir: dir },
      expected: (result) => result.success && result.stdout.startsWith('report for October'),
    },
    {
      name: 'timeout',
      request: { command: { type: 'shell', command: family(marks.timeout) }, timeout_ms: 1500 },
      expected: (result) => result.status === 'timeout' && result.termination?.survivors.length === 0,
    },
    {
      name: 'cancel',
      request: { command: { type: 'shell', command: family(marks.cancel) } },
      expected: (result) => result.status === 'cancelled' && result.termination?.survivors.length === 0,
    },
  ];
  const folders = (process.env.PATH ?? '').split(delimiter);
  if (folders.some((folder) => existsSync(join(folder, 'aws')))) {
    steps.push({
      name: 'aws_cli',
      request: { command: { type: 'aws_cli', service: 'configure', operation: 'list' } },
      // It needs no network, but what it says and returns depends on the configuration of who runs this.
      expected: (result) => result.signal === null,
    });
  } else {
    say('aws_cli', color.dim('skipped: there is no aws in PATH'));
  }
  return steps;
}

const say = (name: string, text: string) => console.log(`${color.bold(name.padEnd(nameWidth))} ${text}`);

/** One event as one line; the stream of an output line is marked. */
function show(name: string, event: ExecutionEvent): void {
  switch (event.event_type) {
    case 'started':
      return say(name, `${color.cyan('▶')}   ${color.dim(event.command)}`);
    case 'stdout':
      return say(name, `${color.green('out')} ${event.line}`);
    case 'stderr':
      return say(name, `${color.yellow('err')} ${event.line}`);
    case 'progress':
      return;
    default:
      return say(name, `${color.cyan('■')}   ${event.event_type} after ${event.result.duration}`);
  }
}

/** Pids of the living processes whose command line holds `mark`. A zombie's is empty. */
function processesWith(mark: string): number[] {
  const holdsMark = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(mark);
    } catch {
      return false;
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter(holdsMark).map(Number);
}

/** Whether the whole family shows up within a second. */
async function familySeen(mark: string): Promise<boolean> {
  for (let i = 0; i < 100 && processesWith(mark).length < familySize; i++) await delay(10);
  return processesWith(mark).length >= familySize;
}

const size = (bytes: number) =>
  bytes < 10_000 ? `${bytes} B` : bytes < 1e7 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

function printTable(rows: { step: Step; result: ExecutionResult }[]): void {
  const table = new Table({
    head: ['command', 'status', 'exit', 'time', 'out / err', 'CPU', 'max RSS'].map((title) => color.bold(title)),
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { step, result } of rows) {
    const usage = result.resource_usage;
    table.push([
      `${step.expected(result) ? color.green('✓') : color.red('✗')} ${step.name}`,
      result.success ? color.green(result.status) : color.yellow(result.status),
      result.signal ?? String(result.exit_code),
      result.duration,
      `${size(result.stdout_bytes)} / ${size(result.stderr_bytes)}`,
      usage === null ? '–' : `${(usage.user_cpu_ms + usage.system_cpu_ms).toFixed(1)} ms`,
      usage === null ? '–' : size(usage.max_rss_bytes),
    ]);
  }
  console.log(`\n${table.toString()}`);
}

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'engine-demo-'));
  const engine = new ExecutionEngine({ log_dir: join(dir, 'logs'), kill_grace_period_ms: 1000 });
  const unique = `${process.pid}${Date.now()}`;
  const marks = { timeout: `1001.${unique}`, cancel: `1002.${unique}` };

  const names = new Map<string, string>();
  engine.on('event', (event) => {
    if (event.event_type !== 'progress') show(names.get(event.execution_id) ?? '?', event);
  });

  try {
    const running = makeSteps(dir, marks).map(async (step) => {
      const id = await engine.execute(step.request);
      // In time: no event of an execution is delivered before the code after `await execute` ran.
      names.set(id, step.name);
      return { step, id };
    });
    const started = await Promise.all(running);

    const seen = (await Promise.all(Object.values(marks).map(familySeen))).every(Boolean);
    const cancelled = started.find(({ step }) => step.name === 'cancel');
    if (cancelled) await engine.cancel(cancelled.id);

    const wait = async ({ step, id }: { step: Step; id: string }) => ({
      step,
      result: await engine.waitForCompletion(id),
    });
    const rows = await Promise.all(started.map(wait));
    const left = Object.values(marks).flatMap(processesWith);

    printTable(rows);
    const gone = seen && left.length === 0;
    if (!seen) console.log(color.red('✗ the children of "timeout" and "cancel" did not all show up in /proc'));
    else if (left.length > 0)
      console.log(color.red(`✗ still in /proc, though they should be dead: ${left.join(', ')}`));
    else
      console.log(
        `${color.green('✓')} "timeout" and "cancel" had ${familySize} processes each; /proc shows none of them now`,
      );
    if (!gone || !rows.every(({ step, result }) => step.expected(result))) process.exitCode = 1;
  } finally {
    await engine.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
