'use strict';

const { TextBatch, batchSize } = require('../text_batch.js');

const { lineOf } = require('./message_line.js');

/** Writes messages, one JSON per line, in the order given. */
class Writer {
  #stream;
  #gone = false;
  #batch = new TextBatch((text) => {
    if (!this.#gone) this.#stream.write(text);
  });
  #waiting = [];

  /**
   * @param {import('node:stream').Writable} stream
   * @param {() => void} onGone nobody reads any more
   */
  constructor(stream, onGone) {
    this.#stream = stream;
    const gone = () => {
      if (this.#gone) return;
      this.#gone = true;
      this.#wake();
      onGone();
    };
    stream.on('drain', () => this.#wake());
    stream.on('error', gone);
    stream.on('close', gone);
  }

  /** A promise when the other side has not taken what was written before; it resolves when more is welcome. */
  write(message) {
    if (this.#gone) return undefined;
    this.#batch.add(`${lineOf(message)}\n`);
    return this.#stream.writableNeedDrain ? this.below(batchSize) : undefined;
  }

  /** Resolves when less than so many bytes wait for the other side. */
  async below(limit) {
    while (!this.#gone && this.#stream.writableNeedDrain && this.#stream.writableLength >= limit) {
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when everything was taken, or nobody is left to take it. */
  end() {
    if (this.#gone) return Promise.resolve();
    this.#batch.flush();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#stream.write('', () => resolve());
    });
  }

  #wake() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

module.exports = { Writer };
