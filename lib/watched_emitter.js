'use strict';

// Not `node:events`: bundlers for browsers have a package of this name, and the sidecar's client runs there too.
const { EventEmitter } = require('events');

const changes = Symbol('changes');

/**
 * An EventEmitter that counts the changes to its listeners, so that a copy of a listener list can be kept for as long
 * as it is true: `emit` looks everything up again for each event, which is too slow for a million lines.
 */
class WatchedEmitter extends EventEmitter {
  [changes] = 0;

  on(name, listener) {
    this[changes]++;
    return super.on(name, listener);
  }
  addListener(name, listener) {
    this[changes]++;
    return super.addListener(name, listener);
  }
  prependListener(name, listener) {
    this[changes]++;
    return super.prependListener(name, listener);
  }
  // Whether the next two pass through those above is the runtime's own business.
  once(name, listener) {
    this[changes]++;
    return super.once(name, listener);
  }
  prependOnceListener(name, listener) {
    this[changes]++;
    return super.prependOnceListener(name, listener);
  }
  off(name, listener) {
    this[changes]++;
    return super.off(name, listener);
  }
  removeListener(name, listener) {
    this[changes]++;
    return super.removeListener(name, listener);
  }
  removeAllListeners(...names) {
    this[changes]++;
    return super.removeAllListeners(...names);
  }
}

module.exports = { WatchedEmitter, changes };
