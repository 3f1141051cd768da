'use strict';

const terminal = new Set(['completed', 'failed', 'timeout', 'cancelled']);

/** @param {string} status */
const isTerminal = (status) => terminal.has(status);

/** The event with which an execution ends; its type is the final status. */
function terminalEvent(id, status, timestamp, result) {
  if (status === 'failed') {
    return { event_type: 'failed', execution_id: id, error: result.error, timestamp, result };
  }
  return { event_type: status, execution_id: id, timestamp, result };
}

module.exports = { isTerminal, terminalEvent };
