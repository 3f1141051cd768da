'use strict';

const { showDuration } = require('./duration.js');
const { BatchedOutput } = require('./output.js');
const { plainText } = require('./terminal_text.js');

/** A plan where there is no terminal: every line says which command it belongs to, and nothing is ever drawn over. */
class PlainView {
  #stream;
  #output = new BatchedOutput();

  constructor(board, stream) {
    this.#stream = stream;
    this.#write(`${board.description}: ${board.rows.length} ${board.rows.length === 1 ? 'command' : 'commands'}\n`);
  }

  /** Resolves when the reader wants more. @param {object} event of the row's command */
  onEvent(event, row) {
    const label = `[${row.index}]`;
    switch (event.event_type) {
      case 'started':
        return this.#write(`${label} $ ${row.name}\n`);
      case 'stdout':
      case 'stderr':
        return this.#write(`${label} ${plainText(event.line)}\n`);
      default:
        return this.#write(`${label} ${ending(event)}\n`);
    }
  }

  note(text) {
    this.#write(`${text}\n`);
  }

  finish() {
    return this.#output.flush();
  }

  #write(text) {
    return this.#output.write(this.#stream, text);
  }
}

function ending({ event_type, error, result }) {
  const time = showDuration(result.duration_ms);
  if (event_type === 'completed') return `completed in ${time}`;
  if (event_type === 'failed') return `failed after ${time}: ${plainText(error)}`;
  return `${event_type} after ${time}${result.error === null ? '' : `: ${plainText(result.error)}`}`;
}

module.exports = { PlainView };
