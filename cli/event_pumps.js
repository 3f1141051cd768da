'use strict';

const { isTerminal } = require('../lib/terminal_event.js');

/**
 * Carries all events of an engine to one taker that may be slow: as long as what it returned for an event of an
 * execution is pending, that execution's child is held back, and nothing piles up here.
 *
 * Events of one execution arrive in order. Of different executions, an end that the engine told before a start or a
 * plan's progress arrives before it; lines of commands that run side by side may overtake each other.
 */
class EventPumps {
  #engine;
  #take;
  /** Execution id to `done`, which resolves when the taker has had its last event, and `earlier`, see there. */
  #running = new Map();
  /** The `done` of executions that have ended while the taker still has to hear of it. */
  #ending = new Set();
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
    await this.#running.get(typeof id === 'string' ? id.toLowerCase() : id)?.done;
    await this.#passedOn;
  }

  #onEvent(event) {
    if (event.event_type === 'progress') return this.#passOn(event);
    const pump = this.#running.get(event.execution_id);
    if (event.event_type === 'started') {
      if (pump === undefined) this.#start(event.execution_id, event);
      else pump.earlier = this.#earlier();
    } else if (isTerminal(event.event_type)) {
      // Without a pump: of a plan, and never run.
      if (pump === undefined) this.#passOn(event);
      else this.#ending.add(pump.done);
    }
  }

  /** Resolves when the taker has had the ends and the progress that the engine has told so far. */
  #earlier() {
    return Promise.all([...this.#ending, this.#passedOn]);
  }

  #passOn(event) {
    this.#passedOn = this.#earlier().then(() => this.#take(event));
  }

  #start(id, started) {
    const pump = { earlier: started && this.#earlier() };
    pump.done = this.#pump(id, started, pump).finally(() => {
      this.#running.delete(id);
      this.#ending.delete(pump.done);
    });
    this.#running.set(id, pump);
  }

  async #pump(id, started, pump) {
    let missing = started;
    try {
      for await (const event of this.#engine.events(id)) {
        if (missing !== undefined || event.event_type === 'started') await pump.earlier;
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
