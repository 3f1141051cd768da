import { x } from 'tinyexec';

const quiet = { nodeOptions: { stdio: ['ignore', 'pipe', 'pipe'] } };

export async function capture(program, args) {
  const { exitCode, stdout } = await x(program, args, quiet);
  return { code: exitCode, bytes: stdout.length };
}

export async function iterate(program, args, onLine) {
  const running = x(program, args, quiet);
  for await (const line of running) onLine(line);
  return running.exitCode;
}

export async function timeOut(program, args, ms) {
  const running = x(program, args, { ...quiet, timeout: ms });
  await running.then(
    () => undefined,
    () => undefined,
  );
  return running.exitCode !== 0;
}
