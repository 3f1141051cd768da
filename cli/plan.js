'use strict';

const picocolors = require('picocolors');

const { Board } = require('./board.js');
const { makeEngine } = require('./engine_of_cli.js');
const { EventPumps } = require('./event_pumps.js');
const { exitCodes, ofSignal } = require('./exit_codes.js');
const { Interrupt } = require('./interrupt.js');
const { JsonView } = require('./json_view.js');
const { LiveView } = require('./live_view.js');
const { onOutputLost, written } = require('./output.js');
const { PlainView } = require('./plain_view.js');
const { readPlanFile, refusePipes, withIds } = require('./plan_file.js');
const { checkReport, writeReport } = require('./report.js');
const { summary } = require('./summary.js');
const { terminalSize } = require('./terminal_size.js');

/** A file or pipe without a width of its own still has readers with a screen. */
const widthOfFiles = 120;

function makeView(board, options) {
  const { stdout } = process;
  if (options.json) return new JsonView(stdout);
  if (stdout.isTTY && process.env.TERM !== 'dumb') return new LiveView(board, stdout, picocolors);
  return new PlainView(board, stdout);
}

/** Runs a plan and shows it. @returns {Promise<number>} the exit code */
async function plan(file, options) {
  const wanted = withIds(await readPlanFile(file));
  refusePipes(wanted);
  if (options.report !== undefined) checkReport(options.report);
  const engine = makeEngine({
    ...(options.maxConcurrent !== undefined && { max_concurrent_executions: options.maxConcurrent }),
    ...(options.logDir !== undefined && { log_dir: options.logDir }),
  });
  let view;
  const interrupt = new Interrupt({
    onFirst: () => view?.note('cancelling; once more to kill'),
    onSecond: () => view?.finish(),
  });
  let lost;
  onOutputLost(process.stdout, (exitCode) => {
    lost = exitCode;
    engine.close();
  });
  try {
    const id = await engine.executePlan(wanted, { signal: interrupt.abortSignal });
    const board = new Board(wanted);
    view = makeView(board, options);
    const pumps = new EventPumps(engine, (event) => {
      const row = board.apply(event);
      return row !== undefined || options.json ? view.onEvent(event, row) : undefined;
    });
    const result = await engine.waitForPlan(id);
    await Promise.all(result.results.map((each) => pumps.drained(each.id)));
    board.complete(result);
    await view.finish(result);
    view = undefined;
    if (lost === undefined && !options.json) {
      const columns = process.stdout.isTTY ? terminalSize(process.stdout).columns : widthOfFiles;
      await written(process.stdout, summary(board, result, picocolors, columns));
    }
    if (lost !== undefined) return lost;
    if (options.report !== undefined) await report(options, wanted, board, result);
    return lost ?? exitCode(result, interrupt.signal);
  } catch (error) {
    if (error?.name === 'AbortError') return ofSignal(interrupt.signal);
    throw error;
  } finally {
    view?.finish();
    interrupt.stop();
    await engine.close();
  }
}

async function report(options, wanted, board, result) {
  writeReport(options.report, wanted, board, result);
  if (!options.json) await written(process.stdout, `report: ${options.report}\n`);
}

function exitCode({ status }, interruptedBy) {
  if (interruptedBy !== undefined && status === 'cancelled') return ofSignal(interruptedBy);
  return { completed: exitCodes.ok, timeout: exitCodes.timeout }[status] ?? exitCodes.failed;
}

module.exports = { plan };
