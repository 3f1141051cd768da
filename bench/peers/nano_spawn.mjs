import spawn, { SubprocessError } from 'nano-spawn';

const quiet = { stdin: 'ignore' };

export async function capture(program, args) {
  const { stdout } = await spawn(program, args, quiet);
  return { code: 0, bytes: stdout.length };
}

export async function iterate(program, args, onLine) {
  const running = spawn(program, args, quiet);
  for await (const line of running) onLine(line);
  await running;
  return 0;
}

export async function timeOut(program, args, ms) {
  try {
    await spawn(program, args, { ...quiet, timeout: ms });
    return false;
  } catch (error) {
    return error instanceof SubprocessError && error.signalName === 'SIGTERM';
  }
}
