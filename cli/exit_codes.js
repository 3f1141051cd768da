'use strict';

const { constants } = require('node:os');

/**
 * What the process answers its caller with, apart from a command's own exit code. The numbers are those of timeout(1),
 * env(1) and the shells.
 */
const exitCodes = {
  ok: 0,
  /** A plan or a check did not succeed. */
  failed: 1,
  timeout: 124,
  /** This tool's own failure: bad options, a bad plan file, an engine that cannot be loaded. */
  usage: 125,
  cannotRun: 126,
  notFound: 127,
};

/** The shells' number for an end by a signal: SIGINT is 130, SIGTERM 143. */
const ofSignal = (name) => 128 + (constants.signals[name] ?? 0);

/** The exit code for a command that had a result. `interruptedBy`: the signal this tool was cancelled with, if any. */
function ofResult(result, interruptedBy) {
  if (result.status === 'timeout') return exitCodes.timeout;
  if (result.status === 'cancelled') return ofSignal(interruptedBy ?? 'SIGTERM');
  if (result.signal !== null) return ofSignal(result.signal);
  return result.exit_code >= 0 ? result.exit_code : exitCodes.cannotRun;
}

/** The exit code for a command that was not started. */
function ofError(error) {
  if (error?.errno === 'ENOENT' || error?.errno === 'ENOTDIR') return exitCodes.notFound;
  const cannotRun = error?.code === 'SPAWN_FAILED' || (error?.kind === 'INVALID_COMMAND' && error.errno !== undefined);
  return cannotRun ? exitCodes.cannotRun : exitCodes.usage;
}

module.exports = { exitCodes, ofError, ofResult, ofSignal };
