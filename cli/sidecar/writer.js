'use strict';

/** Writes messages, one JSON per line, in the order given. */
class Writer {
  #stream;
  #gone = false;
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

  /** Resolves when the other side has taken enough for more to be welcome. */
  write(message) {
    if (this.#gone) return Promise.resolve();
    this.#stream.write(`${JSON.stringify(message)}\n`);
    return this.below(this.#stream.writableHighWaterMark);
  }

  /** Resolves when less than so many bytes wait for the other side. */
  async below(limit) {
    while (!this.#gone && this.#stream.writableLength >= limit && this.#stream.writableNeedDrain) {
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when everything was taken, or nobody is left to take it. */
  end() {
    if (this.#gone) return Promise.resolve();
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
