'use strict';

const { Command, CommanderError, InvalidArgumentError, Option } = require('commander');

const { version } = require('../package.json');

const { parseDuration } = require('./duration.js');
const { exitCodes } = require('./exit_codes.js');
const { print } = require('./output.js');

function duration(text) {
  const ms = parseDuration(text);
  if (ms === undefined)
    throw new InvalidArgumentError('It must be a duration above 0 with its unit: 500ms, 5s, 1m30s.');
  return ms;
}

function variable(text, before = {}) {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be NAME=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function slots(text) {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}

function directory(text) {
  if (text === '') throw new InvalidArgumentError('It must be the path of a directory.');
  return text;
}

const logDir = () =>
  new Option('--log-dir <dir>', 'where logs are (default: $EXEC_LOG_DIR, else <temp>/cloudops-executions)').argParser(
    directory,
  );

/** Loads what a command needs only when it is used: `--help` needs no engine. */
const action =
  (load) =>
  async (...args) => {
    process.exitCode = await load()(...args);
  };

/** @param {(text: string) => void} say takes help and version, which the program writes nowhere itself */
function makeProgram(say) {
  const program = new Command('cloudops-exec')
    .configureOutput({ writeOut: say })
    .description('Runs system commands: live output, timeouts, cancellation of whole process trees, logs, plans.')
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('(--help shows what there is)');

  program
    .command('run')
    .summary('run a command')
    .description(
      'Runs a command with live output and exits as it did: with its exit code; 128 + n when signal n ended it; 124 ' +
        'after a timeout; 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP; 127 when it is not found; 126 when it cannot be run; ' +
        '125 for failures of this tool. Ctrl-C cancels, twice kills. Standard input is passed on, unless it is a ' +
        'terminal. Output comes line by line: a last line without a line end gets one.',
    )
    .passThroughOptions()
    .usage('[options] -- command [arguments...]\n       cloudops-exec run [options] --shell "line"')
    .argument('[words...]', 'the command and its arguments, after --')
    .option(
      '-t, --timeout <duration>',
      'end it after this long: 500ms, 5s, 1m30s (default: no limit, or $EXEC_DEFAULT_TIMEOUT_MS)',
      duration,
    )
    .option('-C, --cwd <dir>', 'run it in this directory')
    .option('-e, --env <NAME=value>', 'set a variable for it; may be repeated', variable)
    .option('-s, --shell <line>', 'run this line in bash instead of a command')
    .option('--json', 'write its events to standard output, one JSON object per line')
    .addOption(logDir())
    .action(
      action(() => (words, options, command) => {
        if ((words.length === 0) === (options.shell === undefined)) {
          command.error('error: give either a command after -- or --shell "line"');
        }
        return require('./run.js').run(words, options);
      }),
    );

  program
    .command('plan')
    .summary('run a plan of several commands')
    .description(
      'Runs the plan in a JSON file (- is standard input) and shows it live. Exits with 0 when all succeeded; 1 when ' +
        'something failed; 124 when there were only timeouts; 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP; 125 for a bad plan. ' +
        'Ctrl-C cancels, twice kills. A command without timeout_ms has $EXEC_DEFAULT_TIMEOUT_MS, else 5 minutes.',
    )
    .argument('<file>', 'an ExecutionPlan as JSON')
    .option('-r, --report <file.html>', 'write a page with the timeline, results and output')
    .option('-j, --max-concurrent <n>', 'how many commands run at once', slots)
    .option('--json', 'write events, and last the result, to standard output, one JSON object per line')
    .addOption(logDir())
    .action(action(() => require('./plan.js').plan));

  program
    .command('logs')
    .summary('show the log of an execution')
    .description(
      'Shows the log of an execution, also of one that runs in another process. Without an id, lists the latest. ' +
        'Exits with 125 when there is no such log.',
    )
    .argument('[id]', 'its id, or the beginning of it (4 characters or more)')
    .addOption(logDir())
    .action(action(() => require('./logs.js').logs));

  program
    .command('doctor')
    .summary('check what works on this machine')
    .description('Checks what works on this machine. Exits with 1 when something essential is missing.')
    .option('--json', 'write the checks as one JSON object')
    .addOption(logDir())
    .action(action(() => require('./doctor.js').doctor));

  program
    .command('sidecar')
    .summary('serve an engine over standard input and output')
    .description(
      'Serves an engine as JSON-RPC 2.0 over standard input and output, one JSON per line, and ends with its parent. ' +
        'SidecarEngine of cloudops-execution-engine/sidecar is its client.',
    )
    .action(action(() => require('./sidecar.js').sidecar));

  return program;
}

/** Parses the command line and does what it says; the exit code of the process tells how it went. */
async function main(argv) {
  // What cannot be told on stderr is still told by the exit code.
  process.stderr.on('error', () => {});
  let said = '';
  try {
    await makeProgram((text) => (said += text)).parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? ((await print(said)) ?? exitCodes.ok) : exitCodes.usage;
      return;
    }
    process.exitCode = exitCodes.usage;
    process.stderr.write(`cloudops-exec: ${error?.code === undefined ? error?.stack : sentence(error)}\n`);
  }
}

/** Which of a plan's commands was refused is in `field` alone, when the sentence is about what it names. */
function sentence({ field, message }) {
  return !field || message.startsWith(field) ? message : `${field}: ${message}`;
}

module.exports = { main };
