'use strict';

/** Fewer used up places at the beginning are not given back. */
const mostUsedUp = 1024;

/** First in, first out, at the same cost however many wait. */
class Fifo {
  /** The first `#head` are gone. */
  #entries = [];
  #head = 0;

  get size() {
    return this.#entries.length - this.#head;
  }

  /** The next one; undefined when there is none. */
  get first() {
    return this.#entries[this.#head];
  }

  push(entry) {
    this.#entries.push(entry);
  }

  shift() {
    if (this.size === 0) return undefined;
    const entry = this.#entries[this.#head];
    this.#entries[this.#head++] = undefined;
    if (this.#head === this.#entries.length) {
      this.#entries.length = 0;
      this.#head = 0;
    } else if (this.#head >= mostUsedUp && this.#head * 2 >= this.#entries.length) {
      // Whoever never quite catches up must not make it grow.
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
    return entry;
  }

  *[Symbol.iterator]() {
    for (let at = this.#head; at < this.#entries.length; at++) yield this.#entries[at];
  }
}

module.exports = { Fifo };
