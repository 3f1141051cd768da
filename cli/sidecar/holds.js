'use strict';

/** The executions whose events the other side wants to wait. */
class Holds {
  /** Execution id to the gate that its events wait at: a promise and what opens it. */
  #gates = new Map();

  hold(id) {
    const key = String(id).toLowerCase();
    if (this.#gates.has(key)) return;
    let open;
    const opened = new Promise((resolve) => (open = resolve));
    this.#gates.set(key, { opened, open });
  }

  release(id) {
    const key = String(id).toLowerCase();
    this.#gates.get(key)?.open();
    this.#gates.delete(key);
  }

  releaseAll() {
    for (const key of [...this.#gates.keys()]) this.release(key);
  }

  has(id) {
    return this.#gates.has(id);
  }

  /** Resolves when the execution is not held. */
  async passed(id) {
    for (let gate = this.#gates.get(id); gate !== undefined; gate = this.#gates.get(id)) await gate.opened;
  }
}

module.exports = { Holds };
