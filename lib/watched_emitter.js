'use strict';

// Not `node:events`: bundlers for browsers have a package of this name, and the sidecar's client runs there too.
const { EventEmitter } = require('events');

const changes = Symbol('changes');
const invoke = Symbol('invoke');
const listenersChanged = Symbol('listenersChanged');

/**
 * An EventEmitter that counts the changes to its listeners, so that a copy of a listener list can be kept for as long
 * as it is true: `emit` looks everything up again for each event, which is too slow for a million lines.
 */
class WatchedEmitter extends EventEmitter {
  [changes] = 0;
  /** Whom `invoke` is calling. */
  #listener;

  /** Called after every change; for a subclass to answer. */
  [listenersChanged]() {}

  /**
   * Calls a listener as `emit` would: `this` is the emitter. As its method and not by `call`: V8 knows what a method call
   * ran the last times and compiles it into the loop, where a million events need no object each.
   */
  [invoke](listener, event) {
    this.#listener = listener;
    const returned = this.#listener(event);
    this.#listener = undefined;
    return returned;
  }

  on(name, listener) {
    return this.#changed(super.on(name, listener));
  }
  addListener(name, listener) {
    return this.#changed(super.addListener(name, listener));
  }
  prependListener(name, listener) {
    return this.#changed(super.prependListener(name, listener));
  }
  // Whether the next two pass through those above is the runtime's own business.
  once(name, listener) {
    return this.#changed(super.once(name, listener));
  }
  prependOnceListener(name, listener) {
    return this.#changed(super.prependOnceListener(name, listener));
  }
  off(name, listener) {
    return this.#changed(super.off(name, listener));
  }
  removeListener(name, listener) {
    return this.#changed(super.removeListener(name, listener));
  }
  removeAllListeners(...names) {
    return this.#changed(super.removeAllListeners(...names));
  }

  #changed(self) {
    this[changes]++;
    this[listenersChanged]();
    return self;
  }
}

module.exports = { WatchedEmitter, changes, invoke, listenersChanged };
