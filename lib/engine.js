'use strict';

const { signalIn, submitUnder } = require('./abort.js');
const { makeHooks } = require('./dispatch.js');
const { environmentIsTheSystems } = require('./environment.js');
const { engineClosed } = require('./errors.js');
const { Feeds } = require('./feeds.js');
const { getGlobal, initGlobal } = require('./global.js');
const { loadNative } = require('./native.js');
const { Subscribers } = require('./subscribers.js');
const { WatchedEmitter, listenersChanged } = require('./watched_emitter.js');

// Node 20.0 to 20.4 do not have it.
const asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/**
 * Runs system commands. The whole interface is documented in typings/engine.d.ts; everything that concerns a request
 * is decided by the native engine, this class gives it JavaScript's ways: events, iterators, signals, promises.
 */
class ExecutionEngine extends WatchedEmitter {
  #native;
  #subscribers = new Subscribers(this);
  #feeds = new Feeds(
    () => this.#native,
    () => this.#tellWhetherHeard(),
  );
  /** Execution id to what stops watching its signal. */
  #unwatch = new Map();
  /** What the native side was told last. */
  #heard = false;
  /** Calls of `close` that were not refused. */
  #closes = 0;

  constructor(config) {
    super();
    const { NativeEngine } = loadNative();
    const hooks = makeHooks({
      subscribers: this.#subscribers,
      feeds: this.#feeds,
      onFinished: (id) => this.#stopWatching(id),
      native: () => this.#native,
    });
    this.#native = new NativeEngine(config, hooks);
  }

  static initGlobal(config) {
    return initGlobal((serial) => new this(serial), config);
  }
  static global() {
    return getGlobal();
  }

  // ---- running ----

  async execute(request, options) {
    const signal = signalIn(options);
    if (signal === undefined) return this.#native.execute(request, environmentIsTheSystems());
    const submit = (ticket) => this.#native.execute(request, environmentIsTheSystems(), ticket);
    const { id, unwatch } = await submitUnder(signal, this.#native, submit);
    this.#unwatch.set(id, unwatch);
    return id;
  }

  async run(request, options) {
    // Nobody is told the id before the end, so one answer will do.
    if (signalIn(options) === undefined) return this.#native.run(request, environmentIsTheSystems());
    return this.#native.wait(await this.execute(request, options));
  }

  async executePlan(plan, options) {
    const signal = signalIn(options);
    if (signal === undefined) return this.#native.executePlan(plan, environmentIsTheSystems());
    const submit = (ticket) => this.#native.executePlan(plan, environmentIsTheSystems(), ticket);
    const { id, unwatch } = await submitUnder(signal, this.#native, submit);
    this.#native.waitForPlan(id).then(unwatch, unwatch);
    return id;
  }

  #stopWatching(id) {
    const unwatch = this.#unwatch.get(id);
    if (unwatch === undefined) return;
    this.#unwatch.delete(id);
    unwatch();
  }

  async cancel(id) {
    return this.#native.cancel(id);
  }
  async writeStdin(id, chunk) {
    return this.#native.writeStdin(id, chunk);
  }
  async closeStdin(id) {
    return this.#native.closeStdin(id);
  }

  // ---- asking ----

  async waitForCompletion(id) {
    return this.#native.wait(id);
  }
  async waitForPlan(id) {
    return this.#native.waitForPlan(id);
  }
  async getStatus(id) {
    return this.#native.getStatus(id);
  }
  async getResult(id) {
    return this.#native.getResult(id);
  }
  async getPlanResult(id) {
    return this.#native.getPlanResult(id);
  }
  async listExecutions() {
    return this.#native.listExecutions();
  }
  async getStats() {
    return this.#native.getStats();
  }
  async getConcurrencyMetrics() {
    return this.#native.getConcurrencyMetrics();
  }
  async readLogs(id) {
    return this.#native.readLogs(id);
  }
  getLogPath(id) {
    return this.#native.getLogPath(id);
  }
  async readOutput(id, stream) {
    return this.#native.readOutput(id, stream);
  }

  // ---- listening ----

  events(id) {
    return this.#feeds.open(id, false);
  }
  lines(id) {
    return this.#feeds.open(id, true);
  }
  addEventHandler(handler) {
    if (this.#closes > 0) throw engineClosed();
    const remove = this.#subscribers.addHandler(handler);
    this.#tellWhetherHeard();
    return () => {
      remove();
      this.#tellWhetherHeard();
    };
  }
  [listenersChanged]() {
    this.#tellWhetherHeard();
  }

  // While nobody listens, this thread is not woken for events.
  #tellWhetherHeard() {
    const heard = this.#subscribers.any || this.#feeds.any;
    if (heard === this.#heard) return;
    this.#heard = heard;
    this.#native.listening(heard);
  }

  // ---- forgetting and ending ----

  async removeExecution(id) {
    return this.#native.removeExecution(id);
  }
  async cleanup() {
    return this.#native.cleanup();
  }
  startCleanupTask() {
    if (this.#closes > 0) throw engineClosed();
    this.#native.startCleanupTask();
  }
  stopCleanupTask() {
    this.#native.stopCleanupTask();
  }
  async close(options) {
    this.#closes++;
    try {
      return await this.#native.close(options ?? {});
    } catch (error) {
      // Options that are not allowed close nothing.
      this.#closes--;
      throw error;
    }
  }
  async [asyncDispose]() {
    return this.close();
  }
}

module.exports = { ExecutionEngine };
