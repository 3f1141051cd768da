'use strict';

// At load: those who test with false timers put theirs there later, and do not call them.
const { clearTimeout, setTimeout } = globalThis;

const { ExecutionError } = require('./errors.js');
const { Fifo } = require('./fifo.js');

/** For so long after its first line a feed holds its child back for an iterator that nobody has pulled yet, in ms. */
const longestPatience = 10_000;

/** Text kept for it after that, in bytes. */
const unpulledLimit = 1024 * 1024;

/** Splits a chunk into what `events()` yields. */
function lineEvent(chunk, line, seq) {
  const { stream, id, timestamp } = chunk;
  return chunk.partial
    ? { event_type: stream, execution_id: id, line, timestamp, seq, partial: true }
    : { event_type: stream, execution_id: id, line, timestamp, seq };
}

/** Splits a chunk into what `lines()` yields. */
function plainLine(chunk, line) {
  return chunk.partial ? { stream: chunk.stream, line, partial: true } : { stream: chunk.stream, line };
}

/**
 * What one iterator has not consumed yet: chunks, split only as far as they are asked for, and single events.
 *
 * A feed is a consumer: chunks it has not used up hold the child back. If its first `next` does not come in time it
 * only keeps a copy until then, up to a limit, so that an iterator that was made and forgotten does not hang its
 * command; past the limit the iterator yields what it has and then rejects.
 */
class Feed {
  #makeLine;
  #release;
  #patience;
  #holds = true;
  #pulled = false;
  /** Runs from the first chunk to the first `next`, for as long as there is patience. */
  #timer;
  /** What came before the first `next`. */
  #keptBytes = 0;
  /** Chunks and events. */
  #queue = new Fifo();
  /** How many of the queued chunks, the first ones, do not hold the child. */
  #unheld = 0;
  /** The chunk being split: where its next line starts, and that line's number. */
  #at = 0;
  #line = 0;
  /**
   * `resolve` of the promises of `next` for which nothing was there yet, and the iterator, which is not abandoned while
   * somebody waits. Not empty only while the queue is.
   */
  #waiting = new Fifo();
  #failure = null;

  /** No more will come. */
  ended = false;

  /**
   * @param {boolean} linesOnly
   * @param {(chunk: import('./output_chunk.js').OutputChunk) => void} release called for each chunk that was held, once
   *   it no longer is
   * @param {number} [patience]
   */
  constructor(linesOnly, release, patience = longestPatience) {
    this.linesOnly = linesOnly;
    this.#makeLine = linesOnly ? plainLine : lineEvent;
    this.#release = release;
    this.#patience = patience;
  }

  // ---- the iterator's side ----

  /** @param {object} [iterator] whose `next` this is */
  next(iterator) {
    this.#pulled = this.#holds = true;
    clearTimeout(this.#timer);
    const value = this.#take();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.ended) return this.#last();
    return new Promise((resolve) => this.#waiting.push({ resolve, iterator }));
  }

  /** The consumer wants no more; what it held is let go. */
  cancel() {
    this.#failure = null;
    this.ended = true;
    clearTimeout(this.#timer);
    while (this.#queue.size > 0) this.#drop();
    this.#settleWaiting();
  }

  // ---- the producer's side ----

  pushChunk(chunk) {
    if (this.ended) return;
    if (!this.#pulled) {
      this.#keptBytes += chunk.bytes;
      if (this.#holds) this.#timer ??= startTimer(this.#patience, () => this.#holdNoMore());
      else if (this.#keptBytes > unpulledLimit) return this.fail(overrun(chunk.id));
    }
    if (this.#holds) chunk.holders++;
    else this.#unheld++;
    this.#queue.push(chunk);
    this.#serveWaiting();
  }

  pushEvent(event) {
    if (this.ended || this.linesOnly) return;
    this.#queue.push({ event });
    this.#serveWaiting();
  }

  /** The regular end. The child has ended too: what is still queued holds nobody. */
  finish() {
    this.ended = true;
    clearTimeout(this.#timer);
    this.#release = () => {};
    this.#settleWaiting();
  }

  /** The end that the consumer learns of by a rejection, after what is queued. */
  fail(error) {
    if (this.ended) return;
    this.#failure = { error };
    this.finish();
  }

  // ---- inside ----

  #holdNoMore() {
    this.#holds = false;
    const chunks = [...this.#queue].filter((entry) => entry.event === undefined);
    this.#unheld = chunks.length;
    for (const chunk of chunks) this.#letGo(chunk);
  }

  #letGo(chunk) {
    if (--chunk.holders === 0) this.#release(chunk);
  }

  #take() {
    const entry = this.#queue.first;
    if (entry === undefined) return undefined;
    if (entry.event !== undefined) return this.#queue.shift().event;
    const { text, firstSeq, lineCount } = entry;
    const seq = firstSeq + this.#line;
    if (++this.#line === lineCount) {
      const line = text.slice(this.#at);
      this.#drop();
      return this.#makeLine(entry, line, seq);
    }
    const end = text.indexOf('\n', this.#at);
    const line = text.slice(this.#at, end);
    this.#at = end + 1;
    return this.#makeLine(entry, line, seq);
  }

  #drop() {
    this.#at = 0;
    this.#line = 0;
    const entry = this.#queue.shift();
    if (entry.event !== undefined) return;
    if (this.#unheld > 0) this.#unheld--;
    else this.#letGo(entry);
  }

  #serveWaiting() {
    while (this.#waiting.size > 0) {
      const value = this.#take();
      if (value === undefined) return;
      this.#waiting.shift().resolve({ value, done: false });
    }
  }

  #settleWaiting() {
    while (this.#waiting.size > 0) this.#waiting.shift().resolve(this.#last());
  }

  #last() {
    const failure = this.#failure;
    this.#failure = null;
    return failure ? Promise.reject(failure.error) : Promise.resolve({ value: undefined, done: true });
  }
}

/** Keeps no process alive: the running execution does. */
function startTimer(ms, then) {
  const timer = setTimeout(then, ms);
  timer.unref?.();
  return timer;
}

function overrun(id) {
  const message =
    `more than ${unpulledLimit} bytes of output came before the iterator was first read, which held the command back ` +
    `for ${longestPatience / 1000} s and then no longer; the rest was not kept for it. Iterate soon, or call events() or lines() later`;
  return new ExecutionError('OUTPUT_SIZE_EXCEEDED', message, { execution_id: id });
}

module.exports = { Feed };
