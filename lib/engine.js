'use strict';

const { signalIn, submitUnder } = require('./abort.js');
const { answer } = require('./answer.js');
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
  #isClosed = false;

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

  execute(request, options) {
    return answer(() => {
      const signal = signalIn(options);
      if (signal !== undefined) return this.#executeUnder(signal, request);
      return this.#native.execute(request, environmentIsTheSystems());
    });
  }

  run(request, options) {
    return answer(() => {
      const signal = signalIn(options);
      if (signal !== undefined) return this.#executeUnder(signal, request).then((id) => this.#native.wait(id));
      // Nobody is told the id before the end, so one answer will do.
      return this.#native.run(request, environmentIsTheSystems());
    });
  }

  executePlan(plan, options) {
    return answer(() => {
      const signal = signalIn(options);
      if (signal !== undefined) return this.#executePlanUnder(signal, plan);
      return this.#native.executePlan(plan, environmentIsTheSystems());
    });
  }

  async #executeUnder(signal, request) {
    const submit = (ticket) => this.#native.execute(request, environmentIsTheSystems(), ticket);
    const { id, unwatch } = await submitUnder(signal, this.#native, submit);
    this.#unwatch.set(id, unwatch);
    return id;
  }

  async #executePlanUnder(signal, plan) {
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

  cancel(id) {
    return answer(() => this.#native.cancel(id));
  }
  writeStdin(id, chunk) {
    return answer(() => this.#native.writeStdin(id, chunk));
  }
  closeStdin(id) {
    return answer(() => this.#native.closeStdin(id));
  }

  // ---- asking ----

  waitForCompletion(id) {
    return answer(() => this.#native.wait(id));
  }
  waitForPlan(id) {
    return answer(() => this.#native.waitForPlan(id));
  }
  getStatus(id) {
    return answer(() => this.#native.getStatus(id));
  }
  getResult(id) {
    return answer(() => this.#native.getResult(id));
  }
  getPlanResult(id) {
    return answer(() => this.#native.getPlanResult(id));
  }
  listExecutions() {
    return answer(() => this.#native.listExecutions());
  }
  getStats() {
    return answer(() => this.#native.getStats());
  }
  getConcurrencyMetrics() {
    return answer(() => this.#native.getConcurrencyMetrics());
  }
  readLogs(id) {
    return answer(() => this.#native.readLogs(id));
  }
  getLogPath(id) {
    return this.#native.getLogPath(id);
  }
  readOutput(id, stream) {
    return answer(() => this.#native.readOutput(id, stream));
  }

  // ---- listening ----

  events(id) {
    return this.#feeds.open(id, false);
  }
  lines(id) {
    return this.#feeds.open(id, true);
  }
  addEventHandler(handler) {
    if (this.#isClosed) throw engineClosed();
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

  removeExecution(id) {
    return answer(() => this.#native.removeExecution(id));
  }
  cleanup() {
    return answer(() => this.#native.cleanup());
  }
  startCleanupTask() {
    if (this.#isClosed) throw engineClosed();
    this.#native.startCleanupTask();
  }
  stopCleanupTask() {
    this.#native.stopCleanupTask();
  }
  close(options) {
    return answer(() => {
      // Options that are not allowed throw, and close nothing.
      const closed = this.#native.close(options ?? {});
      this.#isClosed = true;
      return closed;
    });
  }
  async [asyncDispose]() {
    return this.close();
  }
}

module.exports = { ExecutionEngine };
