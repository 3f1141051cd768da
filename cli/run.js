'use strict';

const { makeEngine, withoutTimeLimits } = require('./engine_of_cli.js');
const { ofError, ofResult, ofSignal } = require('./exit_codes.js');
const { feedStdin } = require('./feed_stdin.js');
const { Interrupt } = require('./interrupt.js');
const { BatchedOutput, onOutputLost } = require('./output.js');

/** The request for what the command line says. */
function requestOf(words, { shell, timeout, cwd, env }, stdinIsTerminal) {
  const [program, ...args] = words;
  return {
    command: shell === undefined ? { type: 'exec', program, args } : { type: 'shell', command: shell },
    ...(timeout !== undefined && { timeout_ms: timeout }),
    ...(cwd !== undefined && { working_dir: cwd }),
    ...(env !== undefined && { env }),
    // A terminal is not passed on: the command would compete with the shell for it.
    ...(!stdinIsTerminal && { stdin: { type: 'pipe' } }),
    metadata: { source: 'cloudops-exec' },
  };
}

/** Runs one command with live output. @returns {Promise<number>} the exit code */
async function run(words, options) {
  const say = (text) => process.stderr.write(`cloudops-exec: ${text}\n`);
  const engine = makeEngine({
    ...withoutTimeLimits(),
    ...(options.logDir !== undefined && { log_dir: options.logDir }),
  });
  const interrupt = new Interrupt({ onFirst: () => say('cancelling; once more to kill') });
  let lost;
  onOutputLost(process.stdout, (exitCode) => {
    lost = exitCode;
    engine.close();
  });
  onOutputLost(process.stderr, () => {});
  try {
    const request = requestOf(words, options, process.stdin.isTTY === true);
    const id = await engine.execute(request, { signal: interrupt.abortSignal });
    const events = engine.events(id);
    if (request.stdin !== undefined) feedStdin(engine, id, process.stdin);
    const result = await show(events, options.json === true);
    if (lost !== undefined) return lost;
    if (!options.json) explain(result, say);
    return ofResult(result, interrupt.signal);
  } catch (error) {
    if (error?.name === 'AbortError') return ofSignal(interrupt.signal);
    if (error?.code === undefined) throw error;
    say(error.message);
    return ofError(error);
  } finally {
    interrupt.stop();
    process.stdin.destroy();
    await engine.close();
  }
}

/** Writes what happens as it happens. @returns {Promise<object>} the result */
async function show(events, asJson) {
  const output = new BatchedOutput();
  for await (const event of events) {
    if (asJson) await output.write(process.stdout, `${JSON.stringify(event)}\n`);
    else if (event.event_type === 'stdout' || event.event_type === 'stderr') {
      await output.write(process[event.event_type], event.partial ? event.line : `${event.line}\n`);
    }
    if (event.result !== undefined) {
      await output.flush();
      return event.result;
    }
  }
  throw new Error('the events of the command ended without its result');
}

/** What its exit code alone does not tell. */
function explain(result, say) {
  if (result.status === 'timeout') say(`timed out after ${result.duration}`);
  else if (result.status === 'cancelled') say(`cancelled after ${result.duration}`);
  else if (result.signal !== null) say(`ended by ${result.signal}`);
  else if (result.error !== null && result.exit_code <= 0) say(result.error);
  const survivors = result.termination?.survivors ?? [];
  if (survivors.length > 0) say(`could not be killed: ${survivors.join(', ')}`);
}

module.exports = { requestOf, run };
