'use strict';

const { StringDecoder } = require('node:string_decoder');

/** Stands for a line that cannot be had. */
const tooLong = Symbol('a line that is too long');
/** Characters of a line at most; V8's strings end soon after. */
const longestLine = 500_000_000;

/**
 * The lines of a stream, without their ends and without empty ones; the stream's failure is its end. Reads no further
 * than it is asked to. (The readline module goes on reading while its consumer is busy.)
 */
class LineReader {
  #source;
  #longest;

  /** @param {AsyncIterable<Buffer>} source */
  constructor(source, longest = longestLine) {
    this.#source = source;
    this.#longest = longest;
  }

  async *[Symbol.asyncIterator]() {
    const decoder = new StringDecoder('utf8');
    let parts = [];
    let length = 0;
    const add = (piece) => {
      length += piece.length;
      if (length > this.#longest) parts = [];
      else parts.push(piece);
    };
    try {
      for await (const chunk of this.#source) {
        const pieces = decoder.write(chunk).split('\n');
        // A long line comes in many chunks: joined once, not with each of them.
        const last = pieces.pop();
        for (const piece of pieces) {
          add(piece);
          const line = length > this.#longest ? tooLong : parts.join('').trim();
          parts = [];
          length = 0;
          if (line !== '') yield line;
        }
        add(last);
      }
    } catch (error) {
      if (error?.code !== 'ERR_STREAM_PREMATURE_CLOSE' && error?.code !== 'ECONNRESET') throw error;
    }
  }
}

module.exports = { LineReader, longestLine, tooLong };
