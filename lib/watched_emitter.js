'use strict';

// Not `node:events`: bundlers for browsers have a package of this name, and the sidecar's client runs there too.
const { EventEmitter } = require('events');

const changes = Symbol('changes');
const listenersChanged = Symbol('listenersChanged');

/**
 * An EventEmitter that counts the changes to its listeners, so that a copy of a listener list can be kept for as long
 * as it is true: `emit` looks everything up again for each event, which is too slow for a million lines.
 */
class WatchedEmitter extends EventEmitter {
  [changes] = 0;

  /** Called after every change; for a subclass to answer. */
  [listenersChanged]() {}

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

module.exports = { WatchedEmitter, changes, listenersChanged };
