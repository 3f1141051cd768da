// `cloudops-exec plan`: a plan from a file, where there is no terminal. The screen itself: live_view.test.mjs.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import {
  exec,
  killAfter,
  marker,
  pidsOf,
  shell,
  tempDir,
  tempFile,
  until,
  waitUntilGone,
  within,
} from '../support.mjs';
import { bin, jsonLines, run, start } from './cli.mjs';

const planFile = (commands, strategy = { type: 'serial' }, more = {}) =>
  tempFile('plan.json', JSON.stringify({ description: 'a test', strategy, commands, ...more }));
const noScript = existsSync('/usr/bin/script') ? false : 'script, of util-linux, makes the terminal';
const named = (name, request) => ({ ...request, metadata: { tags: { name } } });

describe('without a terminal', () => {
  test('every line says whose it is; then a table and a verdict', async (t) => {
    const file = planFile([named('first', shell('echo one; echo two >&2')), exec('echo', ['three'])]);
    const { code, stdout, stderr } = await run(t, ['plan', file]);
    assert.deepEqual([code, stderr], [0, '']);
    const lines = stdout.split('\n');
    for (const line of ['a test: 2 commands', '[0] $ first', '[0] one', '[0] two', '[1] $ echo three', '[1] three']) {
      assert.ok(lines.includes(line), `"${line}" in\n${stdout}`);
    }
    assert.match(stdout, /│ 1 │ echo three │ completed │ +0 │/);
    assert.match(stdout, /completed in \S+: 2 completed\n$/);
    assert.ok(!stdout.includes('\x1b'), 'no escape sequences');
  });

  test('a failure: 1, with its reason, its last lines, and what it kept from running', async (t) => {
    const { code, stdout } = await run(t, ['plan', planFile([shell('echo the cause >&2; exit 3'), exec('true')])]);
    assert.equal(code, 1);
    assert.match(stdout, /#0 failed [^\n]+\n {2}exited with code 3\n {2}the cause\n/);
    assert.match(stdout, /#1 cancelled true\n {2}not run: command 0 failed\n/);
  });

  test('only timeouts: 124', async (t) => {
    const { code } = await run(t, ['plan', planFile([exec('sleep', ['50'], { timeout_ms: 100 })])]);
    assert.equal(code, 124);
  });

  test('what a plan says, what its commands are called and what they print cannot draw on the screen', async (t) => {
    const prints = 'printf "\\033[2Jclean\\033]0;title\\007\\n"';
    const commands = [
      shell(prints),
      exec('echo', ['\x1b[31mbright red\x07']),
      named('\x1b]0;title\x07the name', shell(`${prints} >&2; exit 1`)),
    ];
    const description = '\x1b[2Jnothing to see\x07';
    const { stdout } = await run(t, ['plan', planFile(commands, undefined, { description })]);
    const lines = stdout.split('\n');
    for (const line of [
      'nothing to see: 3 commands',
      '[0] clean',
      '[1] $ echo bright red',
      '[2] $ the name',
      '#2 failed the name',
      '  clean',
    ]) {
      assert.ok(lines.includes(line), `"${line}" in\n${stdout}`);
    }
    assert.ok(!stdout.includes('\x1b') && !stdout.includes('\x07'));
  });

  test('an id in upper case is an id', async (t) => {
    const id = 'AAAAAAAA-0000-4000-8000-00000000000A';
    const { stdout } = await run(t, ['plan', planFile([exec('echo', ['out'], { id })])]);
    assert.match(stdout, /^\[0\] \$ echo out\n\[0\] out\n\[0\] completed in /m);
  });
});

function onTerminal(line, term) {
  const env = { ...process.env, EXEC_LOG_DIR: tempDir(), NO_COLOR: '1', FORCE_COLOR: '', TERM: term };
  return spawnSync('script', ['-qec', line, '/dev/null'], { encoding: 'utf8', env });
}

test('on a terminal that can do nothing: as without one', { skip: noScript }, () => {
  const { stdout, status } = onTerminal(
    `'${process.execPath}' '${bin}' plan '${planFile([exec('echo', ['out'])])}'`,
    'dumb',
  );
  assert.equal(status, 0);
  assert.match(stdout, /^\[0\] out\r?$/m);
  assert.ok(!stdout.includes('\x1b'), JSON.stringify(stdout));
});

test('on a terminal without a size: the view and the summary of one of 80 columns', { skip: noScript }, () => {
  const plan = planFile([named('the only job', exec('true'))]);
  const line = `stty cols 0 rows 0; '${process.execPath}' '${bin}' plan '${plan}'`;
  const { stdout } = onTerminal(line, 'xterm');
  assert.match(stdout, /· the only job/, 'drawn');
  assert.match(stdout, /│ command +│ status +│ exit +│ start +│ time +│ max RSS/);
});

describe('plans that are none: 125 and a sentence', () => {
  for (const [what, file, sentence] of [
    ['no such file', () => '/nowhere/plan.json', /cannot read \/nowhere/],
    ['not JSON', () => tempFile('plan.json', '{"a":'), /is not JSON/],
    ['no plan', () => tempFile('plan.json', '[]'), /plan/i],
    ['no commands', () => planFile([]), /at least one|empty/i],
    [
      'a program that is not there',
      () => planFile([exec('true'), exec('nosuch')]),
      /: commands\[1\]\.command\.program: The/,
    ],
    ['a misspelt field', () => planFile([exec('true', [], { timeoutMs: 3 })]), /timeout_ms/],
    [
      'a cycle',
      () => planFile([exec('true'), exec('true')], { type: 'dependency_graph', dependencies: { 0: [1], 1: [0] } }),
      /cycle/,
    ],
    [
      'input that nobody can write',
      () => planFile([exec('true'), exec('cat', [], { stdin: { type: 'pipe' } })]),
      /: commands\[1\]\.stdin\.type must be "data" or "file"[^\n]+, but it is "pipe"/,
    ],
  ]) {
    test(what, async (t) => {
      const { code, stdout, stderr } = await run(t, ['plan', file()]);
      assert.deepEqual([code, stdout], [125, '']);
      assert.match(stderr, sentence);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }
});

test('a report that has no place is told before anything runs: 125', async (t) => {
  const dir = tempDir();
  const plan = planFile([exec('touch', [join(dir, 'ran')])]);
  const fifo = join(dir, 'fifo');
  execFileSync('mkfifo', [fifo]);
  for (const place of [dir, join(dir, 'nowhere/report.html'), join(plan, 'report.html'), fifo]) {
    const { code, stdout, stderr } = await run(t, ['plan', plan, '--report', place]);
    assert.deepEqual([code, stdout], [125, ''], place);
    assert.ok(stderr.includes(`the report cannot be written to ${place}`), stderr);
  }
  assert.ok(!existsSync(join(dir, 'ran')));
});

test('- reads the plan from standard input', async (t) => {
  const input = JSON.stringify({ description: 'x', strategy: { type: 'serial' }, commands: [exec('echo', ['hi'])] });
  const { code, stdout } = await run(t, ['plan', '-'], { input });
  assert.equal(code, 0);
  assert.match(stdout, /^\[0\] hi$/m);
});

test('- reads it from a pipe that is set not to block, at whatever pace it is written', async (t) => {
  const fifo = join(tempDir(), 'fifo');
  execFileSync('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  // Not as descriptor 0: of that one Node would take O_NONBLOCK away.
  const stdio = ['ignore', 'pipe', 'inherit', reader];
  const tool = spawn('sh', ['-c', 'exec "$0" "$@" <&3', process.execPath, bin, 'plan', '-'], { stdio });
  t.after(() => tool.kill('SIGKILL'));
  closeSync(reader);
  const ended = once(tool, 'close');
  const spaces = ' '.repeat(65_536);
  writeSync(writer, spaces);
  // Taken as a whole only by an empty pipe: the tool has begun to read, and there was nothing more.
  await until(() => tool.exitCode !== null || taken(writer, spaces) === spaces.length, 8000, 'the tool to read');
  const plan = JSON.stringify({ description: 'x', strategy: { type: 'serial' }, commands: [exec('true')] });
  await until(() => tool.exitCode !== null || taken(writer, plan) === plan.length, 8000, 'room for the plan');
  closeSync(writer);
  assert.deepEqual(await within(8000, ended, 'the end'), [0, null]);
});

function taken(pipe, text) {
  try {
    return writeSync(pipe, text);
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error;
    return 0;
  }
}

test('--json: every event, then the result, and no word of a report', async (t) => {
  const path = join(tempDir(), 'report.html');
  const file = planFile([exec('echo', ['a']), exec('echo', ['b'])]);
  const { code, stdout } = await run(t, ['plan', '--json', '--report', path, file]);
  assert.ok(existsSync(path));
  const objects = jsonLines(stdout);
  const result = objects.pop();
  assert.equal(code, 0);
  assert.equal(result.status, 'completed');
  assert.deepEqual(
    objects.filter((each) => each.event_type === 'stdout').map((each) => each.line),
    ['a', 'b'],
  );
  assert.equal(objects.filter((each) => each.event_type === 'progress').at(-1).completed, 2);
});

test('--max-concurrent', async (t) => {
  const commands = Array.from({ length: 3 }, () => shell('echo begin; sleep 0.05; echo end'));
  const { stdout } = await run(t, ['plan', '--max-concurrent', '1', planFile(commands, { type: 'parallel' })]);
  const order = stdout.split('\n').filter((line) => /\] (begin|end)$/.test(line));
  assert.deepEqual(
    order.map((line) => line.slice(4)),
    ['begin', 'end', 'begin', 'end', 'begin', 'end'],
  );
});

test('SIGINT cancels what runs and what waits: 130', async (t) => {
  const mark = killAfter(t, marker());
  const tool = start(t, ['plan', planFile([shell(`echo ready; sleep ${mark}`), exec('echo', ['never'])])]);
  await tool.says('[0] ready');
  tool.child.kill('SIGINT');
  assert.equal(await within(8000, tool.ended, 'the end'), 130);
  assert.match(tool.stdout, /cancelled in .*: 2 cancelled/);
  assert.deepEqual(pidsOf(mark), []);
});

test('a reader that leaves ends the plan quietly, and there is no report: 141', async (t) => {
  const mark = killAfter(t, marker());
  const path = join(tempDir(), 'report.html');
  const file = planFile([shell(`echo one; sleep ${mark} & while echo more; do :; done`), exec('true')]);
  for (const options of [[], ['--json']]) {
    const tool = start(t, ['plan', ...options, '--report', path, file]);
    await tool.says('one');
    tool.child.stdout.destroy();
    assert.equal(await within(8000, tool.ended, 'the end'), 141);
    assert.equal(tool.stderr, '');
    await waitUntilGone(mark, 1000);
    assert.ok(!existsSync(path));
  }
});

describe('--report', () => {
  const evil = '</pre><script>alert("x")</script>&amp;\'';
  async function report(t, commands, strategy) {
    const path = join(tempDir(), 'report.html');
    const { code } = await run(t, ['plan', '--report', path, planFile(commands, strategy, { description: evil })]);
    return { code, path, html: readFileSync(path, 'utf8') };
  }

  test('a page of its own: timeline, results, output', async (t) => {
    const { html, path } = await report(
      t,
      [named('build', shell('echo built')), named('test', shell('echo red >&2; exit 2')), named('ship', exec('true'))],
      { type: 'dependency_graph', dependencies: { 1: [0], 2: [1] } },
    );
    assert.equal(html.match(/<rect\s+class="bar /g).length, 2, 'a bar for each that ran');
    assert.equal(html.match(/class="arrow"/g).length, 1, 'an arrow for each dependency between those that ran');
    assert.match(html, />did not run</);
    assert.match(html, /<pre>built\n<\/pre>/);
    assert.match(html, /<pre>red\n<\/pre>/);
    assert.match(html, /not run: command 1 failed/);
    assert.doesNotMatch(html, /(?:src|href)="(?!#)|url\((?!#)|@import|<script/i, 'nothing from elsewhere');
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  test('whatever commands are called and print is text', async (t) => {
    const { html } = await report(t, [
      named(evil, shell(`cat <<'END'\n${evil}\nEND\nprintf '\\033[31mred\\033[0m\\001\\n'`)),
      shell(`echo '${evil.replaceAll("'", '')}' >&2; exit 1`),
    ]);
    assert.doesNotMatch(html, /<script|<\/pre><s/i);
    assert.ok(
      html.includes('<pre>&lt;/pre&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;amp;&#39;\nred\n</pre>'),
    );
    assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
  });
});

test('the plans of examples/plans are plans', async (t) => {
  const folder = fileURLToPath(new URL('../../examples/plans/', import.meta.url));
  const { code, stdout } = await run(t, ['plan', join(folder, 'serial.json')]);
  assert.equal(code, 0, stdout);
});
