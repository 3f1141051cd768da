'use strict';

/** Consecutive lines of one stream as the native side handed them over; shared by the iterators that still need it. */
class OutputChunk {
  constructor(id, stream, text, firstSeq, lineCount, partial, timestamp, bytes) {
    this.id = id;
    this.stream = stream;
    this.text = text;
    this.firstSeq = firstSeq;
    this.lineCount = lineCount;
    this.partial = partial;
    this.timestamp = timestamp;
    this.bytes = bytes;
    /** Iterators that hold the child back until they have consumed this, and the delivery that is under way. */
    this.holders = 1;
  }
}

module.exports = { OutputChunk };
