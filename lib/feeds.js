'use strict';

const { Feed } = require('./feed.js');
const { isTerminal, terminalEvent } = require('./terminal_event.js');

/** Leaves for iterators that nobody refers to any more and nobody has left: they would hold their child for ever. */
const abandoned = new FinalizationRegistry((leave) => leave());

/** The async iterator that users get. */
class ExecutionIterator {
  #feed;
  #leave;

  constructor(feed, leave) {
    this.#feed = feed;
    this.#leave = leave;
    abandoned.register(this, leave);
  }
  next() {
    return this.#feed.next(this);
  }
  return(value) {
    this.#leave();
    return Promise.resolve({ value, done: true });
  }
  [Symbol.asyncIterator]() {
    return this;
  }
}

/** The iterators of one engine, by execution. */
class Feeds {
  #native;
  #onChange;
  /** Execution id (lower case) to its feeds. */
  #byId = new Map();
  #release = (chunk) => this.#native().acknowledge(chunk.id, chunk.bytes);

  /**
   * @param {() => object} native the NativeEngine
   * @param {() => void} [onChange] called when an iterator has come or gone
   */
  constructor(native, onChange = () => {}) {
    this.#native = native;
    this.#onChange = onChange;
  }

  /** Whether there is an iterator that may yield more. */
  get any() {
    return this.#byId.size > 0;
  }

  /** A new iterator; what happens from now on is in it. */
  open(id, linesOnly) {
    const feed = new Feed(linesOnly, this.#release);
    const key = typeof id === 'string' ? id.toLowerCase() : id;
    this.#byId.set(key, [...(this.#byId.get(key) ?? []), feed]);
    this.#onChange();
    this.#settleIfOver(id, key, feed);
    return new ExecutionIterator(feed, () => {
      feed.cancel();
      this.#forget(key, feed);
    });
  }

  has(id) {
    return this.#byId.has(id);
  }

  /** Whether an iterator of this execution yields the terminal event. */
  wantTerminal(id) {
    return this.#byId.get(id)?.some((feed) => !feed.linesOnly) ?? false;
  }

  event(id, event) {
    for (const feed of this.#byId.get(id) ?? []) feed.pushEvent(event);
  }

  /** @returns {boolean} true when every feed has used it up already, or keeps it without holding the child back */
  output(chunk) {
    for (const feed of this.#byId.get(chunk.id) ?? []) feed.pushChunk(chunk);
    return --chunk.holders === 0;
  }

  finish(id, event) {
    const feeds = this.#byId.get(id);
    if (feeds === undefined) return;
    this.#byId.delete(id);
    this.#onChange();
    for (const feed of feeds) end(feed, event);
  }

  /** There will be no more events of any execution. */
  failAll(error) {
    for (const feeds of this.#byId.values()) for (const feed of feeds) feed.fail(error);
    this.#byId.clear();
    this.#onChange();
  }

  // An execution that had ended before the iterator was opened sends no more events: its result tells the end. An
  // answer of the native side comes after the events of all that happened before it.
  async #settleIfOver(id, key, feed) {
    try {
      const status = await this.#native().getStatus(id);
      if (!isTerminal(status)) return;
      const result = await this.#native().getResult(id);
      end(feed, terminalEvent(result.id, result.status, result.completed_at, result));
    } catch (error) {
      feed.fail(error);
    }
    this.#forget(key, feed);
  }

  #forget(key, feed) {
    const others = (this.#byId.get(key) ?? []).filter((other) => other !== feed);
    if (others.length > 0) this.#byId.set(key, others);
    else this.#byId.delete(key);
    this.#onChange();
  }
}

function end(feed, event) {
  if (event !== undefined) feed.pushEvent(event);
  feed.finish();
}

module.exports = { Feeds };
