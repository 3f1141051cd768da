// Contract §6: one log per execution, for its owner only, and never a reason to fail.

import assert from 'node:assert/strict';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';

import { ExecutionEngine } from '../../lib/index.mjs';
import { exec, makeEngine, noFullDisk, shell, tempDir, withCode } from '../support.mjs';

const mode = (path) => statSync(path).mode & 0o7777;

describe('the log', () => {
  test('holds the lines of both streams', async (t) => {
    const engine = makeEngine(t);
    const { id, log_path } = await engine.run(shell('echo first; echo second >&2; printf last'));
    const text = await engine.readLogs(id);
    assert.equal(text, readFileSync(log_path, 'utf8'));
    for (const word of ['first', 'second', 'last']) assert.ok(text.includes(word), text);
  });

  test('keeps the order of one stream, to the last line', async (t) => {
    const engine = makeEngine(t);
    const { id } = await engine.run(exec('seq', ['20000']));
    const numbers = [...(await engine.readLogs(id)).matchAll(/(?<!\d)(\d+)\n/g)].map((match) => Number(match[1]));
    const start = numbers.indexOf(1);
    assert.deepEqual(
      numbers.slice(start, start + 20_000),
      Array.from({ length: 20_000 }, (_, i) => i + 1),
    );
  });

  test('holds all output, also what was truncated in memory', async (t) => {
    const engine = makeEngine(t, { max_output_size_bytes: 100 });
    const { id } = await engine.run(exec('seq', ['1000']));
    assert.match(await engine.readLogs(id), /(^|\s)1000\n/);
  });

  test('is where getLogPath and log_path say', async (t) => {
    const engine = makeEngine(t);
    const result = await engine.run(exec('echo', ['x']));
    assert.equal(await engine.getLogPath(result.id), result.log_path);
    assert.ok(basename(result.log_path).includes(result.id));
  });

  test('is where path.resolve says, however the path is written', async (t) => {
    const here = relative(process.cwd(), tempDir());
    for (const log_dir of [`${tempDir()}/`, `${tempDir()}//x/./`, `./${here}/`, `${here}/no/../x`]) {
      const engine = makeEngine(t, { log_dir });
      const { id, log_path } = await engine.run(exec('echo', ['x']));
      assert.equal(log_path, resolve(log_dir, `${id}.log`));
      assert.equal(engine.getLogPath(id), log_path);
    }
    const engine = makeEngine(t);
    for (const output_log_path of [`./${here}/o.log`, `${here}/no/../o.log`, `${tempDir()}//o.log`]) {
      const { id, log_path } = await engine.run(exec('echo', ['x'], { output_log_path }));
      assert.equal(log_path, resolve(output_log_path));
      assert.equal(engine.getLogPath(id), log_path);
    }
  });

  test('an output_log_path that ends as a directory does is none of a file', async (t) => {
    const dir = tempDir();
    for (const end of ['new/', 'new/.', 'new/..']) {
      const result = await makeEngine(t).run(exec('true', [], { output_log_path: join(dir, 'a') + `/${end}` }));
      assert.match(result.error, /no log was written: .*it names a directory/);
      assert.deepEqual(readdirSync(dir), []);
    }
  });

  test('can be read while the command runs', async (t) => {
    const engine = makeEngine(t);
    const id = await engine.execute(shell('echo early; read line', { stdin: { type: 'pipe' } }));
    await new Promise((resolve) => engine.once('stdout', resolve));
    assert.match(await engine.readLogs(id), /early/);
  });

  test('goes to output_log_path when the request names one', async (t) => {
    const log_dir = join(tempDir(), 'logs');
    const output_log_path = join(tempDir(), 'mine.log');
    const engine = makeEngine(t, { log_dir });
    const result = await engine.run(exec('echo', ['here'], { output_log_path }));
    assert.equal(result.log_path, output_log_path);
    assert.match(readFileSync(output_log_path, 'utf8'), /here/);
    assert.equal(mode(output_log_path), 0o600);
    assert.deepEqual(existsSync(log_dir) ? readdirSync(log_dir) : [], []);
  });

  test('log_dir null: none', async (t) => {
    const engine = makeEngine(t, { log_dir: null });
    const { id, log_path, error } = await engine.run(exec('echo', ['x']));
    assert.deepEqual([log_path, error], [null, null]);
    await assert.rejects(engine.readLogs(id), withCode('LOG_READ_FAILED'));
    assert.throws(() => engine.getLogPath(id), withCode('LOG_READ_FAILED'));
  });

  test('what never ran has none', async (t) => {
    const engine = makeEngine(t);
    const { results } = await engine.waitForPlan(
      await engine.executePlan({
        description: '',
        strategy: { type: 'serial' },
        commands: [exec('false'), exec('echo', ['x'])],
      }),
    );
    assert.equal(results[1].log_path, null);
    assert.throws(() => engine.getLogPath(results[1].id), withCode('LOG_READ_FAILED'));
    await assert.rejects(engine.readLogs(results[1].id), withCode('LOG_READ_FAILED'));
  });

  test("log_dir unset: below the system's temporary directory", async (t) => {
    const engine = new ExecutionEngine();
    t.after(() => engine.close());
    const { log_path } = await engine.run(exec('true'));
    t.after(() => rmSync(log_path, { force: true }));
    assert.equal(dirname(log_path), join(tmpdir(), 'cloudops-executions'));
  });
});

describe('privacy', () => {
  test('directory 0700 and file 0600, whatever the umask', async (t) => {
    const before = process.umask();
    t.after(() => process.umask(before));
    for (const umask of [0, 0o177, 0o277, 0o777]) {
      const dir = tempDir();
      const limits = { max_output_size_bytes: 1, oversized_output_strategy: 'stream_to_file' };
      const engine = makeEngine(t, { log_dir: join(dir, 'logs', 'of', 'mine'), ...limits });
      process.umask(umask);
      const result = await engine.run(exec('echo', ['x']));
      process.umask(before);
      assert.equal(result.error, null);
      for (const made of ['logs', 'logs/of', 'logs/of/mine']) assert.equal(mode(join(dir, made)), 0o700, made);
      assert.equal(mode(result.log_path), 0o600);
      assert.equal(mode(result.stdout_overflow_file), 0o600);
    }
  });

  test('a log directory that is a symbolic link is refused', async (t) => {
    const [target, link] = [tempDir(), join(tempDir(), 'link')];
    symlinkSync(target, link);
    const engine = makeEngine(t, { log_dir: link });
    const result = await engine.run(exec('echo', ['x']));
    assert.deepEqual([result.status, result.stdout, result.log_path], ['completed', 'x\n', null]);
    assert.match(result.error, /log/i);
    assert.deepEqual(readdirSync(target), []);
    assert.throws(() => engine.getLogPath(result.id), withCode('LOG_READ_FAILED'));
  });

  test('a log file that is a symbolic link is refused', async (t) => {
    const dir = tempDir();
    const victim = join(dir, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(dir, 'mine.log'));
    const result = await makeEngine(t).run(exec('echo', ['x'], { output_log_path: join(dir, 'mine.log') }));
    assert.equal(result.success, true);
    assert.match(result.error, /log/i);
    assert.equal(readFileSync(victim, 'utf8'), 'precious');
  });

  test('a directory of another user is refused', { skip: process.getuid() !== 0 && 'needs root' }, async (t) => {
    const dir = tempDir();
    chownSync(dir, 65534, 65534);
    const result = await makeEngine(t, { log_dir: dir }).run(exec('echo', ['x']));
    assert.deepEqual([result.success, result.log_path], [true, null]);
    assert.match(result.error, /log/i);
    assert.deepEqual(readdirSync(dir), []);
  });
});

describe('trouble', () => {
  test('a directory that was removed meanwhile fails nothing', async (t) => {
    const log_dir = join(tempDir(), 'logs');
    const engine = makeEngine(t, { log_dir });
    await engine.run(exec('echo', ['one']));
    rmSync(log_dir, { recursive: true });
    const result = await engine.run(exec('echo', ['two']));
    assert.deepEqual([result.success, result.stdout], [true, 'two\n']);
    assert.ok(result.error !== null || existsSync(result.log_path));
  });

  test('a directory that cannot be made fails nothing', async (t) => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    const result = await makeEngine(t, { log_dir: join(file, 'below') }).run(exec('echo', ['x']));
    assert.deepEqual([result.success, result.stdout, result.log_path], [true, 'x\n', null]);
    assert.match(result.error, /log/i);
  });

  test('an output_log_path that is a directory fails nothing', async (t) => {
    const path = join(tempDir(), 'dir');
    mkdirSync(path);
    const result = await makeEngine(t).run(exec('true', [], { output_log_path: path }));
    assert.equal(result.success, true);
    assert.match(result.error, /log/i);
  });

  test('a full disk fails nothing', { skip: noFullDisk }, async (t) => {
    const result = await makeEngine(t).run(exec('seq', ['50000'], { output_log_path: '/dev/full' }));
    assert.equal(result.success, true);
    assert.match(result.error, /log/i);
  });

  test('reading a log that is gone is LOG_READ_FAILED', async (t) => {
    const engine = makeEngine(t);
    const { id, log_path } = await engine.run(exec('echo', ['x']));
    rmSync(log_path);
    await assert.rejects(engine.readLogs(id), withCode('LOG_READ_FAILED', { execution_id: id }));
  });
});
