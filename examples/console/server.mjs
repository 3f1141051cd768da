// The console: a web page on this machine from which a person starts commands and plans and watches them.
//   node examples/console/server.mjs [--port <number>]

import { parseArgs } from 'node:util';

import { startConsole } from './console.mjs';

const usage = 'Usage: node examples/console/server.mjs [--port <number>]   (default: a free port; always on 127.0.0.1)';

/** @returns {{ port: number } | { help: true } | { wrong: string }} */
function readOptions(args) {
  try {
    const { values } = parseArgs({ args, options: { port: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help) return { help: true };
    const { port = '0' } = values;
    return /^\d{1,5}$/.test(port) && Number(port) <= 65_535
      ? { port: Number(port) }
      : { wrong: `--port is "${port}"; it must be a number from 0 to 65535` };
  } catch (error) {
    return { wrong: error.message };
  }
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(usage);
  if (options.wrong !== undefined) {
    console.error(`${options.wrong}\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const { url, close } = await startConsole({ port: options.port });
  console.log(`Open ${url}`);
  console.log('Whoever has this address can run commands as you. Ctrl+C ends the console and all that it runs.');
  // Once: a second signal has its ordinary effect, and the commands die with their host.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void close());
}

main().catch((error) => {
  console.error(error.code === 'EADDRINUSE' ? `Port ${error.port} is taken; choose another with --port.` : error);
  process.exitCode = 1;
});
