'use strict';

const { isTerminal } = require('../lib/terminal_event.js');

/** The next turn of the event loop. By then the pumps have delivered what came before, unless the taker is slow. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Carries all events of an engine to one taker that may be slow: as long as what it returned for an event of an
 * execution is pending, that execution's child is held back, and nothing piles up here.
 *
 * Events of one execution arrive in order; those of different executions may overtake each other.
 */
class EventPumps {
  #engine;
  #take;
  /** Execution id to what resolves when the taker has had its last event. */
  #running = new Map();
  /** Resolves when the taker has had the events that came without an iterator. */
  #passedOn = Promise.resolve();

  /**
   * @param {import('../lib/engine.js').ExecutionEngine} engine
   * @param {(event: object) => unknown} take
   */
  constructor(engine, take) {
    this.#engine = engine;
    this.#take = take;
    engine.on('event', (event) => this.#onEvent(event));
  }

  /** To be called right after `execute`; commands of plans are found by themselves. */
  watch(id) {
    if (!this.#running.has(id)) this.#start(id);
  }

  /** Resolves when the taker has had the last event of this execution, at once when there is none to come. */
  async drained(id) {
    await this.#running.get(typeof id === 'string' ? id.toLowerCase() : id);
    await this.#passedOn;
  }

  #onEvent(event) {
    if (event.event_type === 'progress') this.#passOn(event);
    else if (this.#running.has(event.execution_id)) return;
    else if (event.event_type === 'started') this.#start(event.execution_id, event);
    // Of a plan, and never run.
    else if (isTerminal(event.event_type)) this.#passOn(event);
  }

  #passOn(event) {
    this.#passedOn = this.#passedOn.then(turn).then(() => this.#take(event));
  }

  #start(id, started) {
    const pump = this.#pump(id, started).finally(() => this.#running.delete(id));
    this.#running.set(id, pump);
  }

  async #pump(id, started) {
    let missing = started;
    try {
      for await (const event of this.#engine.events(id)) {
        if (missing !== undefined && event.event_type !== 'started') await this.#take(missing);
        missing = undefined;
        await this.#take(event);
      }
    } catch {
      // It was forgotten, or the engine closed, before the iterator could begin: the listener has the rest.
    }
  }
}

module.exports = { EventPumps };
