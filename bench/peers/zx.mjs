import { $ } from 'zx';

// zx has no way around a shell: bash starts the program.
const quiet = $({ quiet: true, nothrow: true, stdio: ['ignore', 'pipe', 'pipe'] });

export async function capture(program, args) {
  const { exitCode, stdout } = await quiet`${program} ${args}`;
  return { code: exitCode, bytes: stdout.length };
}

export async function iterate(program, args, onLine) {
  const running = quiet`${program} ${args}`;
  for await (const line of running) onLine(line);
  return (await running).exitCode;
}

export async function timeOut(program, args, ms) {
  return (await quiet`${program} ${args}`.timeout(ms)).signal === 'SIGTERM';
}
