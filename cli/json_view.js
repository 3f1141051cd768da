'use strict';

const { write } = require('./output.js');

/** A plan for a program: every event and then the plan's result, one JSON object per line. */
class JsonView {
  #stream;

  constructor(stream) {
    this.#stream = stream;
  }

  /** Resolves when the reader wants more. */
  onEvent(event) {
    return write(this.#stream, `${JSON.stringify(event)}\n`);
  }

  note() {}

  /** @param {object} [result] absent when there is none */
  finish(result) {
    if (result !== undefined) this.#stream.write(`${JSON.stringify(result)}\n`);
  }
}

module.exports = { JsonView };
