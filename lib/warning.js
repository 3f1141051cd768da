'use strict';

/**
 * Says it to whoever runs the process: as a warning of Node, or on the console where there is no Node.
 * @param {string | Error} warning
 * @param {string} [name] of the warning, when that is text
 */
function warn(warning, name) {
  const { process, console } = globalThis;
  if (typeof process?.emitWarning === 'function') process.emitWarning(warning, name);
  else console?.warn(name === undefined ? warning : `${name}: ${warning}`);
}

/** What was thrown, as text. It may be anything, so looking at it may throw as well. */
function textOf(thrown) {
  try {
    return String(thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown);
  } catch {
    return 'it threw what cannot be printed';
  }
}

module.exports = { textOf, warn };
