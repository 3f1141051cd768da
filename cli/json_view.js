'use strict';

const { BatchedOutput } = require('./output.js');

/** A plan for a program: every event and then the plan's result, one JSON object per line. */
class JsonView {
  #stream;
  #output = new BatchedOutput();

  constructor(stream) {
    this.#stream = stream;
  }

  /** Resolves when the reader wants more. */
  onEvent(event) {
    return this.#output.write(this.#stream, `${JSON.stringify(event)}\n`);
  }

  note() {}

  /** Resolves when the reader has taken it. @param {object} [result] absent when there is none */
  finish(result) {
    if (result !== undefined) this.#output.write(this.#stream, `${JSON.stringify(result)}\n`);
    return this.#output.flush();
  }
}

module.exports = { JsonView };
