'use strict';

/** What an AbortSignal is in JavaScript, over a distance: what was submitted under a token, a value of the caller's choice. */
class AbortTokens {
  /** Token to the controllers of what may still be aborted. */
  #controllers = new Map();

  /** One more under that token; undefined when there is none. */
  begin(token) {
    if (token === undefined) return undefined;
    const controller = new AbortController();
    this.#controllers.set(token, [...(this.#controllers.get(token) ?? []), controller]);
    return controller;
  }

  abort(token) {
    for (const controller of this.#controllers.get(token) ?? []) controller.abort();
  }

  /** That one is over, when `end` has settled. */
  endWith(end, token, controller) {
    const forget = () => {
      const others = this.#controllers.get(token).filter((other) => other !== controller);
      if (others.length > 0) this.#controllers.set(token, others);
      else this.#controllers.delete(token);
    };
    end.then(forget, forget);
  }
}

module.exports = { AbortTokens };
