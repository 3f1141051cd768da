'use strict';

const { Fifo } = require('../../lib/fifo.js');

/**
 * Lines read before they are wanted, up to a number of characters: the end of the source is seen even while nobody takes
 * them.
 */
class ReadAhead {
  #limit;
  #lines = new Fifo();
  #length = 0;
  #ended = false;
  #onLine = () => {};
  #onRoom = () => {};

  /** Resolves at the end of the source. */
  end;

  /**
   * @param {AsyncIterable<string | symbol>} source
   * @param {number} limit
   */
  constructor(source, limit) {
    this.#limit = limit;
    this.end = this.#read(source).finally(() => {
      this.#ended = true;
      this.#onLine();
    });
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      while (this.#lines.size > 0) {
        const line = this.#lines.shift();
        this.#length -= lengthOf(line);
        this.#onRoom();
        yield line;
      }
      if (this.#ended) return;
      await new Promise((resolve) => (this.#onLine = resolve));
    }
  }

  async #read(source) {
    for await (const line of source) {
      this.#lines.push(line);
      this.#length += lengthOf(line);
      this.#onLine();
      while (this.#length > this.#limit) await new Promise((resolve) => (this.#onRoom = resolve));
    }
  }
}

/** A line that is too long is a symbol. */
const lengthOf = (line) => line.length ?? 0;

module.exports = { ReadAhead };
