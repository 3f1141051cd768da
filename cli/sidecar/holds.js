'use strict';

/**
 * The executions whose events the other side wants to wait. Only one that has not ended can be held: with its child gone
 * there is nobody to hold back, and what is left of its output is bounded.
 */
class Holds {
  /** Execution id to the gate that its events wait at, a promise and what opens it; null: not held. */
  #gates = new Map();

  /** From now on it may be held. */
  begin(id) {
    if (!this.#gates.has(id)) this.#gates.set(id, null);
  }

  /** It has ended. */
  end(id) {
    this.release(id);
    this.#gates.delete(id);
  }

  endAll() {
    for (const id of [...this.#gates.keys()]) this.end(id);
  }

  hold(id) {
    const key = id.toLowerCase();
    if (this.#gates.get(key) !== null) return;
    let open;
    const opened = new Promise((resolve) => (open = resolve));
    this.#gates.set(key, { opened, open });
  }

  release(id) {
    const key = id.toLowerCase();
    const gate = this.#gates.get(key);
    if (!gate) return;
    gate.open();
    this.#gates.set(key, null);
  }

  has(id) {
    return Boolean(this.#gates.get(id));
  }

  /** Resolves when the execution is not held. */
  async passed(id) {
    for (let gate = this.#gates.get(id); gate; gate = this.#gates.get(id)) await gate.opened;
  }
}

module.exports = { Holds };
