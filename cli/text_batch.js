'use strict';

/** Text is handed on as soon as so many characters wait, else at the end of the turn. */
const batchSize = 64 * 1024;

/** Many small texts as few large ones: a system call for each line would cost more than the line. */
class TextBatch {
  #handOn;
  #text = '';
  #isScheduled = false;

  /** @param {(text: string) => void} handOn gets all that was added since the last time, never the empty text */
  constructor(handOn) {
    this.#handOn = handOn;
  }

  add(text) {
    this.#text += text;
    if (this.#text.length >= batchSize) return this.flush();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  flush() {
    const text = this.#text;
    this.#text = '';
    if (text !== '') this.#handOn(text);
  }
}

module.exports = { TextBatch, batchSize };
