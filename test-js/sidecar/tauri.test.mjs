// examples/tauri-sidecar without Tauri: its transport speaks to a real sidecar through an object that behaves as the
// shell plugin's Command does.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { tsImport } from 'tsx/esm/api';

import { SidecarEngine } from '../../client/index.mjs';
import { bin } from '../cli/cli.mjs';
import { alive, sanitized, shell, tempDir, until } from '../support.mjs';

const example = new URL('../../examples/tauri-sidecar/', import.meta.url);

/** As the plugin: lines with their ends, numbers for signals, a `write` that takes its time. */
function fakeCommand(t) {
  const listeners = {};
  const on = (event, listener) => (listeners[event] = listener);
  return {
    stdout: { on },
    on,
    async spawn() {
      const child = spawn(process.execPath, [bin, 'sidecar'], { stdio: ['pipe', 'pipe', 'inherit'] });
      t.after(() => child.kill('SIGKILL'));
      createInterface({ input: child.stdout }).on('line', (line) => listeners.data(`${line}\r\n`));
      child.on('close', (code, signal) => listeners.close({ code, signal: signal === null ? null : 9 }));
      let writes = 0;
      return {
        write: (text) =>
          new Promise((resolve) => {
            // The later one would overtake the earlier one.
            setTimeout(() => resolve(child.stdin.write(text)), writes++ === 0 ? 30 : 0);
          }),
        kill: async () => child.kill('SIGKILL'),
      };
    },
  };
}

test('the front end’s engine runs commands and ends its sidecar', async (t) => {
  const { TauriTransport } = await tsImport(new URL('src/tauri_transport.ts', example).href, import.meta.url);
  const engine = new SidecarEngine({ log_dir: null }, { transport: new TauriTransport(fakeCommand(t)) });
  const { pid } = await engine.ready;
  const id = await engine.execute(shell('echo one; echo two >&2'));
  const lines = [];
  for await (const { stream, line } of engine.lines(id)) lines.push(`${stream} ${line}`);
  assert.deepEqual(lines, ['stdout one', 'stderr two']);
  await engine.close();
  await until(() => !alive(pid), 3000, 'the end of the sidecar');
});

const unpreloaded = sanitized && 'the executable does not preload the sanitizer of its addon';

test('the single executable: a command, and a sidecar', { skip: unpreloaded }, async (t) => {
  const folder = join(tempDir(), 'binaries');
  const script = fileURLToPath(new URL('sea/build.mjs', example));
  const addon = process.env.CLOUDOPS_NATIVE_PATH;
  const args = [script, '--out', folder, ...(addon === undefined ? [] : ['--addon', addon])];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const program = stdout.trimEnd().split('\n').at(-1);
  assert.deepEqual(
    readdirSync(folder).map((name) => join(folder, name)),
    [program],
    'Tauri finds it there, and nothing else',
  );
  assert.match(program, /\/cloudops-exec-(x86_64|aarch64)-unknown-linux-gnu$/);

  // Its addon is inside, wherever it is started.
  const env = { ...process.env, CLOUDOPS_NATIVE_PATH: '/nowhere' };
  const command = spawnSync(program, ['run', '--', 'sh', '-c', 'echo out; exit 4'], {
    cwd: '/',
    env,
    encoding: 'utf8',
  });
  assert.deepEqual([command.status, command.stdout], [4, 'out\n'], command.stderr);

  const engine = new SidecarEngine({ log_dir: null }, { command: [program, 'sidecar'] });
  t.after(() => engine.close());
  assert.equal((await engine.run(shell('echo hello'))).stdout, 'hello\n');
});

test('the capability allows what the front end starts, and the bundle holds it', () => {
  const read = (path) => JSON.parse(readFileSync(new URL(path, example), 'utf8'));
  const [name] = read('src-tauri/tauri.conf.json').bundle.externalBin;
  const spawnRule = read('src-tauri/capabilities/engine.json').permissions.find(
    ({ identifier }) => identifier === 'shell:allow-spawn',
  );
  assert.deepEqual(spawnRule.allow, [{ name, sidecar: true, args: ['sidecar'] }]);
  const source = readFileSync(new URL('src/tauri_transport.ts', example), 'utf8');
  assert.ok(source.includes(`Command.sidecar('${name}', ['sidecar'])`));
});
