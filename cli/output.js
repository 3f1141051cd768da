'use strict';

const { exitCodes, ofSignal } = require('./exit_codes.js');

/** Text is written together: as soon as this many characters wait, else at the end of the turn. */
const batchSize = 64 * 1024;

/** Writes text and resolves when the stream wants more: a reader that is slow holds the caller back. */
function write(stream, text) {
  if (stream.destroyed || stream.writableEnded) return Promise.resolve();
  if (stream.write(text)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}

/**
 * Many small texts as few writes: a system call for each line would cost more than the line. What goes to different
 * streams keeps its order.
 */
class BatchedOutput {
  #stream;
  #text = '';
  #isScheduled = false;
  #taken = Promise.resolve();

  /** Resolves when more is welcome. */
  write(stream, text) {
    if (stream !== this.#stream) this.flush();
    this.#stream = stream;
    this.#text += text;
    if (this.#text.length >= batchSize) return this.flush();
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(() => {
        this.#isScheduled = false;
        this.flush();
      });
    }
    return this.#taken;
  }

  /** Resolves when the reader has taken enough of all that was written. */
  flush() {
    const text = this.#text;
    this.#text = '';
    if (text !== '') this.#taken = Promise.all([this.#taken, write(this.#stream, text)]);
    return this.#taken;
  }
}

/**
 * Our output cannot be written. `cloudops-exec … | head` closes it while we write, which is the reader's right; anything
 * else, as a full disk, is told. Nothing is written after it.
 * @param {(exitCode: number) => void} react
 */
function onOutputLost(stream, react) {
  // One write after another may fail before the stream is closed.
  stream.on('error', () => {});
  stream.once('error', (error) => {
    stream.destroy();
    const isReaders = error.code === 'EPIPE';
    if (!isReaders) process.stderr.write(`cloudops-exec: the output cannot be written: ${error.message}\n`);
    react(isReaders ? ofSignal('SIGPIPE') : exitCodes.usage);
  });
}

/** Writes text and resolves when it was taken or lost; `onOutputLost` has been told by then. */
const written = (stream, text) => new Promise((resolve) => stream.write(text, () => resolve()));

/** Writes all that a command has to say. @returns {Promise<number | undefined>} an exit code when it was lost */
async function print(text) {
  let lost;
  onOutputLost(process.stdout, (exitCode) => (lost = exitCode));
  await written(process.stdout, text);
  return lost;
}

module.exports = { BatchedOutput, onOutputLost, print, written };
