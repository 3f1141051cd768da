'use strict';

const terminal = new Set(['completed', 'failed', 'timeout', 'cancelled']);

/** @param {string} status */
const isTerminal = (status) => terminal.has(status);

function whyFailed(result) {
  if (result.error) return result.error;
  return result.signal ? `ended by ${result.signal}` : `exited with code ${result.exit_code}`;
}

/** The event with which an execution ends; its type is the final status. */
function terminalEvent(id, status, timestamp, result) {
  if (status === 'failed') {
    return { event_type: 'failed', execution_id: id, error: whyFailed(result), timestamp, result };
  }
  return { event_type: status, execution_id: id, timestamp, result };
}

module.exports = { isTerminal, terminalEvent };
