'use strict';

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

/** `cloudops-exec … | head` closes our output while we write, which is the reader's right. Nothing is written after it. */
function onReaderGone(stream, react) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    stream.destroy();
    react();
  });
}

module.exports = { onReaderGone, write };
