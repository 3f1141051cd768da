'use strict';

const { exitCodes, ofSignal } = require('./exit_codes.js');
const { TextBatch } = require('./text_batch.js');

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

/** Writes in batches. What goes to different streams keeps its order. */
class BatchedOutput {
  #stream;
  #batch = new TextBatch((text) => {
    this.#taken = Promise.all([this.#taken, write(this.#stream, text)]);
  });
  #taken = Promise.resolve();

  /** Resolves when more is welcome. */
  write(stream, text) {
    if (stream !== this.#stream) this.#batch.flush();
    this.#stream = stream;
    this.#batch.add(text);
    return this.#taken;
  }

  /** Resolves when the reader has taken enough of all that was written. */
  flush() {
    this.#batch.flush();
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
