'use strict';

const { showDuration } = require('./duration.js');
const { write } = require('./output.js');
const { plainText } = require('./terminal_text.js');

/** A plan where there is no terminal: every line says which command it belongs to, and nothing is ever drawn over. */
class PlainView {
  #stream;

  constructor(board, stream) {
    this.#stream = stream;
    stream.write(`${board.description}: ${board.rows.length} ${board.rows.length === 1 ? 'command' : 'commands'}\n`);
  }

  /** Resolves when the reader wants more. @param {object} event of the row's command */
  onEvent(event, row) {
    const label = `[${row.index}]`;
    switch (event.event_type) {
      case 'started':
        return write(this.#stream, `${label} $ ${row.name}\n`);
      case 'stdout':
      case 'stderr':
        return write(this.#stream, `${label} ${plainText(event.line)}\n`);
      default:
        return write(this.#stream, `${label} ${ending(event)}\n`);
    }
  }

  note(text) {
    this.#stream.write(`${text}\n`);
  }

  finish() {}
}

function ending({ event_type, error, result }) {
  const time = showDuration(result.duration_ms);
  if (event_type === 'completed') return `completed in ${time}`;
  if (event_type === 'failed') return `failed after ${time}: ${plainText(error)}`;
  return `${event_type} after ${time}${result.error === null ? '' : `: ${plainText(result.error)}`}`;
}

module.exports = { PlainView };
