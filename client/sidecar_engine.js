'use strict';

const { signalIn, watchSignal } = require('../lib/abort.js');
const { answer } = require('../lib/answer.js');
const { ExecutionError, engineClosed } = require('../lib/errors.js');
const { Feeds } = require('../lib/feeds.js');
const { OutputChunk } = require('../lib/output_chunk.js');
const { Subscribers } = require('../lib/subscribers.js');
const { isTerminal } = require('../lib/terminal_event.js');
const { WatchedEmitter } = require('../lib/watched_emitter.js');

const { bytesFromWire, bytesToWire, planToWire, requestToWire } = require('./bytes.js');
const { Connection } = require('./connection.js');
const { rpcCodes } = require('./error_codes.js');
const { Flow } = require('./flow.js');
const { LogPaths } = require('./log_paths.js');

const asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

let globalEngine;
/** Among the options: one after another, whatever the configuration says about that. */
const serial = Symbol('serial');

/**
 * The interface of ExecutionEngine, with the engine in another process. Documented in typings/sidecar.d.ts.
 * Owns its connection, and with it the sidecar, which ends with `close` or with this process.
 */
class SidecarEngine extends WatchedEmitter {
  #connection;
  #subscribers = new Subscribers(this);
  #logPaths = new LogPaths();
  #flow = new Flow({
    hold: (id) => this.#connection.notify('hold', { id }),
    release: (id) => this.#connection.notify('release', { id }),
  });
  #feeds = new Feeds(() => ({
    acknowledge: (id, amount) => this.#flow.consumed(id, amount),
    getStatus: (id) => this.getStatus(id),
    getResult: (id) => this.getResult(id),
  }));
  /** Executions and plans that run or wait, and what stops watching their signals. */
  #active = new Map();
  #tokens = 0;
  /** Calls of `close` that were not refused. */
  #closes = 0;
  /** The end of the connection, once there is no engine any more. */
  #disconnected;

  /** What the sidecar says of itself; rejects for a configuration that is not allowed. */
  ready;

  constructor(config, options) {
    super();
    const transport = options?.transport;
    if (typeof transport?.start !== 'function') {
      throw new ExecutionError('IO', 'options.transport is missing: an object with start, send and close');
    }
    this.#connection = new Connection(transport, {
      onNotification: (method, params) => this.#notified(method, params),
      onEnd: (error) => this.#connectionOver(error),
    });
    this.ready = this.#call('initialize', { config, serial: options?.[serial] });
    // Whoever does not ask for it hears of a failure with the first call.
    this.ready.catch(() => {});
  }

  static initGlobal(config, options) {
    if (globalEngine !== undefined) {
      throw new ExecutionError('ALREADY_INITIALIZED', 'the global engine exists already; get it with global()');
    }
    globalEngine = new this(config, { ...options, [serial]: true });
    return globalEngine;
  }
  static global() {
    if (globalEngine !== undefined) return globalEngine;
    throw new ExecutionError('NOT_INITIALIZED', 'there is no global engine; make it with initGlobal()');
  }

  // ---- running ----

  execute(request, options) {
    return answer(() => this.#submit('execute', { request: requestToWire(request) }, options));
  }
  run(request, options) {
    return answer(async () => this.waitForCompletion(await this.execute(request, options)));
  }
  executePlan(plan, options) {
    return answer(() => this.#submit('executePlan', { plan: planToWire(plan) }, options));
  }
  async cancel(id) {
    await this.#call('cancel', { id });
  }
  async writeStdin(id, chunk) {
    await this.#call('writeStdin', { id, chunk: chunk instanceof Uint8Array ? bytesToWire(chunk) : chunk });
  }
  async closeStdin(id) {
    await this.#call('closeStdin', { id });
  }

  // ---- asking ----

  waitForCompletion(id) {
    return this.#call('waitForCompletion', { id });
  }
  waitForPlan(id) {
    return this.#call('waitForPlan', { plan_id: id });
  }
  getStatus(id) {
    return this.#call('getStatus', { id });
  }
  getResult(id) {
    return this.#call('getResult', { id });
  }
  getPlanResult(id) {
    return this.#call('getPlanResult', { plan_id: id });
  }
  listExecutions() {
    return this.#call('listExecutions', {});
  }
  getStats() {
    return this.#call('getStats', {});
  }
  getConcurrencyMetrics() {
    return this.#call('getConcurrencyMetrics', {});
  }
  readLogs(id) {
    return this.#call('readLogs', { id });
  }
  getLogPath(id) {
    return this.#logPaths.get(id);
  }
  async readOutput(id, stream) {
    return bytesFromWire(await this.#call('readOutput', { id, stream }));
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
    return this.#subscribers.addHandler(handler);
  }

  // ---- forgetting and ending ----

  async removeExecution(id) {
    await this.#call('removeExecution', { id });
    this.#logPaths.delete(id);
  }
  cleanup() {
    return this.#call('cleanup', {});
  }
  startCleanupTask() {
    if (this.#closes > 0) throw engineClosed();
    this.#connection.notify('startCleanupTask', {});
  }
  stopCleanupTask() {
    this.#connection.notify('stopCleanupTask', {});
  }
  async close(options) {
    this.#closes++;
    try {
      await this.#closeEngine(options);
    } catch (error) {
      // Options that are not allowed close nothing.
      this.#closes--;
      throw error;
    }
    this.#disconnected ??= this.#connection.close(engineClosed());
    await this.#disconnected;
  }
  async [asyncDispose]() {
    return this.close();
  }

  async #closeEngine(options) {
    const isUp = this.ready.then(
      () => true,
      () => false,
    );
    const close = async () => (await isUp) && this.#call('close', { options: options ?? {} });
    try {
      await this.#connection.whileItAnswers(close());
    } catch (error) {
      if (error.code === 'VALIDATION' || error.code === 'SERIALIZATION') throw error;
      // Without a sidecar, or with one that does not answer, there is nothing to close but the connection.
    }
  }

  // ---- the connection ----

  #call(method, params, mayLeave) {
    return answer(() => this.#connection.call(method, params, mayLeave));
  }

  async #submit(method, params, options) {
    const signal = signalIn(options);
    if (signal === undefined) return this.#accepted(await this.#call(method, params));
    if (signal.aborted) throw signal.reason;
    const token = ++this.#tokens;
    let hasLeft = false;
    const unwatch = watchSignal(signal, () => {
      if (hasLeft) this.#connection.notify('abort', { abort_token: token });
    });
    const mayLeave = () => (hasLeft = !signal.aborted);
    try {
      return this.#accepted(await this.#call(method, { ...params, abort_token: token }, mayLeave), unwatch);
    } catch (error) {
      unwatch();
      throw error?.code === rpcCodes.aborted || (signal.aborted && !hasLeft) ? signal.reason : error;
    }
  }

  #accepted(id, unwatch = () => {}) {
    this.#active.set(id, unwatch);
    this.#connection.ref();
    return id;
  }

  #settled(id) {
    const unwatch = this.#active.get(id);
    if (unwatch === undefined) return;
    this.#active.delete(id);
    unwatch();
    this.#connection.unref();
  }

  #connectionOver(error) {
    for (const id of [...this.#active.keys()]) this.#settled(id);
    this.#feeds.failAll(error);
  }

  #notified(method, params) {
    if (method === 'accepted') this.#logPaths.set(params.execution_id, params.log_path);
    else if (method === 'event') this.#deliver(params.event);
  }

  #deliver(event) {
    const { event_type: type, execution_id: id } = event;
    const isEnd = isTerminal(type);
    if (isEnd) this.#settled(id);
    else if (type === 'progress' && event.completed === event.total) this.#settled(event.plan_id);
    this.#subscribers.deliver(event);
    if (isEnd) {
      this.#flow.ended(id);
      this.#feeds.finish(id, event);
    } else if (type === 'started') {
      this.#feeds.event(id, event);
    } else if (id !== undefined) {
      this.#feedLine(event);
    }
  }

  #feedLine({ event_type: stream, execution_id: id, line, seq, partial, timestamp }) {
    if (!this.#feeds.has(id)) return;
    const amount = line.length + 1;
    const chunk = new OutputChunk(id, stream, line, seq, 1, partial === true, timestamp, amount);
    // Counted before it is handed over: a waiting iterator takes it at once.
    this.#flow.arrived(id, amount);
    if (this.#feeds.output(chunk)) this.#flow.consumed(id, amount);
  }
}

module.exports = { SidecarEngine };
