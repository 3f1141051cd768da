'use strict';

const { ofSignal } = require('./exit_codes.js');

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * The person's way out: the first signal cancels (SIGTERM to the commands, SIGKILL after the grace period), the second
 * ends this process at once, and with it goes all that it started.
 */
class Interrupt {
  /** The signal that came first; undefined as long as there was none. */
  signal;
  #controller = new AbortController();
  #onFirst;
  #onSecond;
  #listener = (name) => this.#take(name);

  /**
   * @param {object} reactions
   * @param {(signal: string) => void} [reactions.onFirst] something to tell the person
   * @param {() => void} [reactions.onSecond] puts the screen in order before the end
   */
  constructor({ onFirst = () => {}, onSecond = () => {} } = {}) {
    this.#onFirst = onFirst;
    this.#onSecond = onSecond;
    for (const name of signals) process.on(name, this.#listener);
  }

  /** Aborts with the first signal. */
  get abortSignal() {
    return this.#controller.signal;
  }

  stop() {
    for (const name of signals) process.off(name, this.#listener);
  }

  #take(name) {
    if (this.signal !== undefined) {
      this.#onSecond();
      // The engine kills its trees without grace when its process exits.
      process.exit(ofSignal(name));
    }
    this.signal = name;
    this.#onFirst(name);
    this.#controller.abort();
  }
}

module.exports = { Interrupt };
