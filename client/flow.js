'use strict';

/** Of what an iterator has not consumed, so much may lie here before its child is held, and is let go again. Characters. */
const highWater = 256 * 1024;
const lowWater = 64 * 1024;

/** Which executions' children are held back because an iterator in this process falls behind. */
class Flow {
  #hold;
  #release;
  /** Execution id to { unread, held }. */
  #byId = new Map();

  /** @param {{ hold: (id: string) => void, release: (id: string) => void }} actions */
  constructor({ hold, release }) {
    this.#hold = hold;
    this.#release = release;
  }

  arrived(id, amount) {
    let flow = this.#byId.get(id);
    if (flow === undefined) this.#byId.set(id, (flow = { unread: 0, held: false }));
    flow.unread += amount;
    if (flow.held || flow.unread < highWater) return;
    flow.held = true;
    this.#hold(id);
  }

  consumed(id, amount) {
    const flow = this.#byId.get(id);
    if (flow === undefined) return;
    flow.unread -= amount;
    if (!flow.held || flow.unread > lowWater) return;
    flow.held = false;
    this.#release(id);
  }

  ended(id) {
    this.#byId.delete(id);
  }
}

module.exports = { Flow };
