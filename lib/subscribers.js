'use strict';

const { ValidationError } = require('./errors.js');
const { textOf, warn } = require('./warning.js');
const { changes, invoke } = require('./watched_emitter.js');

function mustBe(field, found, allowed) {
  const what = found === undefined || found === null ? String(found) : `of type ${typeof found}`;
  return new ValidationError('WRONG_TYPE', field, `${field} is ${what}; it must be ${allowed}`);
}

/**
 * Who wants events: the emitter's listeners and the handlers. Calls them one by one, so that one that throws harms
 * neither the engine nor the others.
 */
class Subscribers {
  #emitter;
  #handlers = [];
  /** Event name to its listeners, raw; true while `#seen` is the emitter's count of changes. */
  #lists = new Map();
  /** The listeners of "event". */
  #all = [];
  #seen = -1;

  /** @param {import('./watched_emitter.js').WatchedEmitter} emitter */
  constructor(emitter) {
    this.#emitter = emitter;
  }

  /** @returns {() => void} removes it again; may be called more than once */
  addHandler(handler) {
    if ((typeof handler !== 'object' && typeof handler !== 'function') || handler === null) {
      throw mustBe('handler', handler, 'an object with a function onEvent');
    }
    if (typeof handler.onEvent !== 'function') throw mustBe('handler.onEvent', handler.onEvent, 'a function');
    // An object per registration: one handler may be added twice. A new array: a loop may be running over the old one.
    const entry = { handler };
    this.#handlers = [...this.#handlers, entry];
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== entry);
    };
  }

  /** Whether anybody would see an event of this name. */
  want(name) {
    return this.#listeners(name).length > 0 || this.#all.length > 0 || this.#handlers.length > 0;
  }

  /** Whether there is anybody at all. */
  get any() {
    return this.#handlers.length > 0 || this.#emitter.eventNames().length > 0;
  }

  deliver(event) {
    this.#deliverTo(this.#listeners(event.event_type), event);
  }

  /**
   * Delivers consecutive lines of one stream. The hot path: one object and one call per line, no copy of the text (a
   * slice shares its memory), and the listeners looked up again only when they have changed. `newlines`: where the
   * lines end, a UTF-16 unit for each; undefined when that has to be searched for.
   */
  deliverLines(stream, id, text, firstSeq, lineCount, timestamp, newlines) {
    const emitter = this.#emitter;
    let named = this.#listeners(stream);
    let only = this.#onlyOne(named);
    let handlers = this.#handlers;
    let seen = this.#seen;
    const last = lineCount - 1;
    let at = 0;
    for (let i = 0; i <= last; i++) {
      const end = i === last ? text.length : newlines === undefined ? text.indexOf('\n', at) : newlines.charCodeAt(i);
      const line = text.slice(at, end);
      at = end + 1;
      const event = { event_type: stream, execution_id: id, line, timestamp, seq: firstSeq + i };
      if (only !== undefined) this.#callListener(only, event);
      else this.#deliverTo(named, event);
      if (seen === emitter[changes] && handlers === this.#handlers) continue;
      named = this.#listeners(stream);
      only = this.#onlyOne(named);
      handlers = this.#handlers;
      seen = this.#seen;
    }
  }

  /** The only one who wants an event of these listeners: one call is compiled into a loop better than three lists. */
  #onlyOne(named) {
    return named.length === 1 && this.#all.length === 0 && this.#handlers.length === 0 ? named[0] : undefined;
  }

  #deliverTo(named, event) {
    const all = this.#all;
    const handlers = this.#handlers;
    for (let i = 0; i < named.length; i++) this.#callListener(named[i], event);
    for (let i = 0; i < all.length; i++) this.#callListener(all[i], event);
    for (let i = 0; i < handlers.length; i++) this.#callHandler(handlers[i].handler, event);
  }

  /** Those of this name, and in `#all` those of "event". */
  #listeners(name) {
    if (this.#seen !== this.#emitter[changes]) {
      this.#seen = this.#emitter[changes];
      this.#lists.clear();
      this.#all = this.#listeners('event');
    }
    let list = this.#lists.get(name);
    if (list === undefined) this.#lists.set(name, (list = this.#emitter.rawListeners(name)));
    return list;
  }

  #callListener(listener, event) {
    try {
      const returned = this.#emitter[invoke](listener, event);
      if (typeof returned === 'object' && returned !== null) this.#watch(returned, event);
    } catch (error) {
      this.#report(error, event);
    }
  }

  #callHandler(handler, event) {
    try {
      const returned = handler.onEvent(event);
      if (typeof returned === 'object' && returned !== null) this.#watch(returned, event);
    } catch (error) {
      this.#report(error, event);
    }
  }

  #watch(returned, event) {
    if (typeof returned.then === 'function') returned.then(undefined, (error) => this.#report(error, event));
  }

  #report(error, event) {
    const listeners = this.#listeners('handlerError');
    if (listeners.length === 0) warnOf(error, event);
    for (const listener of listeners) {
      try {
        const returned = listener.call(this.#emitter, error, event);
        if (typeof returned?.then === 'function') returned.then(undefined, (second) => warnOf(second, event));
      } catch (second) {
        warnOf(second, event);
      }
    }
  }
}

/** Handlers may have put anything into the event as well. */
function typeOf(event) {
  try {
    return String(event.event_type);
  } catch {
    return 'unknown';
  }
}

function warnOf(error, event) {
  warn(`a handler of the "${typeOf(event)}" event failed: ${textOf(error)}`, 'ExecutionHandlerWarning');
}

module.exports = { Subscribers };
