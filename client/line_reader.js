'use strict';

const { StringDecoder } = require('node:string_decoder');

/**
 * The lines of a stream, without their ends and without empty ones; the stream's failure is its end. Reads no further
 * than it is asked to. (The readline module goes on reading while its consumer is busy.)
 */
class LineReader {
  #source;

  /** @param {AsyncIterable<Buffer>} source */
  constructor(source) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator]() {
    const decoder = new StringDecoder('utf8');
    let parts = [];
    try {
      for await (const chunk of this.#source) {
        const pieces = decoder.write(chunk).split('\n');
        // A long line comes in many chunks: joined once, not with each of them.
        const last = pieces.pop();
        for (const piece of pieces) {
          parts.push(piece);
          const line = parts.join('').trim();
          parts = [];
          if (line !== '') yield line;
        }
        parts.push(last);
      }
    } catch (error) {
      if (error?.code !== 'ERR_STREAM_PREMATURE_CLOSE' && error?.code !== 'ECONNRESET') throw error;
    }
  }
}

module.exports = { LineReader };
