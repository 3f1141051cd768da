'use strict';

const { ExecutionError } = require('../../lib/errors.js');
const { makeSerial } = require('../../lib/global.js');
const { isTerminal } = require('../../lib/terminal_event.js');
const { version } = require('../../package.json');
const { EventPumps } = require('../event_pumps.js');

const { AbortTokens } = require('./abort_tokens.js');
const { bytesFromWire, bytesToWire, planFromWire, requestFromWire } = require('./bytes.js');
const { Holds } = require('./holds.js');

/** Grows when the two ends no longer fit each other. */
const protocol = 1;

/**
 * One engine as a set of methods with named parameters: those of ExecutionEngine, and a few that only make sense over a
 * distance.
 *
 * - `initialize { config, serial }` makes the engine, of `initGlobal` if `serial` is true; without it the first other call makes one without a configuration.
 * - `abort { abort_token }` is what an AbortSignal is in JavaScript: it withdraws or cancels what was submitted with
 *   that token.
 * - `hold { id }` stops the events of one execution, and so its child once its pipe is full; `release { id }` lets go. One
 *   that has ended is not held: the rest of its output comes.
 *
 * Notifications: `event { event }` for every event, and `accepted { execution_id, log_path }` once per execution, before
 * its id is answered and before its first event.
 *
 * An answer that says an execution has ended comes after its terminal event, and before that of a `close` that ended it.
 */
class Service {
  #makeEngine;
  #notify;
  #engine;
  #pumps;
  /** Why there is no engine: nothing is to run under another configuration than the one that was asked for. */
  #failure;
  #holds = new Holds();
  #aborts = new AbortTokens();
  /** Answers that come when something has ended. */
  #waits = new Set();
  /** Executions that `accepted` was sent for and that have not ended yet. */
  #announced = new Set();

  /** @param {{ makeEngine: (config?: object) => object, notify: (method: string, params: object) => Promise<void> | undefined }} parts */
  constructor({ makeEngine, notify }) {
    this.#makeEngine = makeEngine;
    this.#notify = notify;
  }

  /** Name to function of its parameters. */
  methods() {
    const forward = (name, ...parameters) => [
      name,
      (params) => this.#ready()[name](...parameters.map((parameter) => params[parameter])),
    ];
    return [
      ['initialize', (params) => this.#initialize(params)],
      ['abort', ({ abort_token: token }) => this.#aborts.abort(token)],
      ['hold', ({ id }) => (typeof id === 'string' ? this.#holds.hold(id) : this.#refuse(id))],
      ['release', ({ id }) => (typeof id === 'string' ? this.#holds.release(id) : this.#refuse(id))],
      ['execute', (params) => this.#execute(params)],
      ['run', (params) => this.#wait(this.#run(params))],
      ['executePlan', (params) => this.#executePlan(params)],
      ['waitForCompletion', ({ id }) => this.#wait(this.#waitForCompletion(id))],
      ['waitForPlan', ({ plan_id: id }) => this.#wait(this.#afterEnds(this.#ready().waitForPlan(id), commandsOf))],
      ['getPlanResult', ({ plan_id: id }) => this.#afterEnds(this.#ready().getPlanResult(id), commandsOf)],
      forward('cancel', 'id'),
      ['getStatus', ({ id }) => this.#afterEnds(this.#ready().getStatus(id), (status) => endedOf([{ id, status }]))],
      ['getResult', ({ id }) => this.#afterEnds(this.#ready().getResult(id), (result) => endedOf([result]))],
      ['listExecutions', () => this.#afterEnds(this.#ready().listExecutions(), endedOf)],
      forward('getStats'),
      forward('getConcurrencyMetrics'),
      forward('readLogs', 'id'),
      forward('getLogPath', 'id'),
      ['readOutput', async ({ id, stream }) => bytesToWire(await this.#ready().readOutput(id, stream))],
      ['writeStdin', ({ id, chunk }) => this.#ready().writeStdin(id, bytesFromWire(chunk, 'chunk'))],
      forward('closeStdin', 'id'),
      forward('removeExecution', 'id'),
      forward('cleanup'),
      forward('startCleanupTask'),
      forward('stopCleanupTask'),
      ['close', ({ options }) => this.#close(options)],
    ].map(([name, method]) => [name, async (params) => method(params)]);
  }

  /** What the engine says of an id that cannot be one. */
  #refuse(id) {
    return this.#ready().getStatus(id);
  }

  // Who closes ends the connection with the answer, so all who wait for an end have theirs before.
  async #close(options) {
    await this.#ready().close(options);
    await Promise.allSettled(this.#waits);
  }

  /** The connection is over: ends what runs, however much of it was held back. */
  async end() {
    this.#holds.endAll();
    await this.#engine?.close();
  }

  #initialize({ config, serial }) {
    if (this.#engine !== undefined) {
      throw new ExecutionError(
        'ALREADY_INITIALIZED',
        'this sidecar has its engine already; initialize must come first',
      );
    }
    try {
      this.#start(config, serial);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    return { version, protocol, pid: process.pid };
  }

  #ready() {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#engine === undefined) this.#start();
    return this.#engine;
  }

  #start(config, serial) {
    this.#engine = serial === true ? makeSerial(this.#makeEngine, config) : this.#makeEngine(config);
    this.#engine.on('started', ({ execution_id: id }) => this.#announce(id));
    this.#engine.on('event', ({ event_type: type, execution_id: id }) => {
      if (!isTerminal(type)) return;
      // A plan's command that never ran did not start either.
      this.#announce(id);
      this.#announced.delete(id);
      this.#holds.end(id);
    });
    this.#pumps = new EventPumps(this.#engine, async (event) => {
      const id = event.execution_id;
      if (id !== undefined && this.#holds.has(id)) await this.#holds.passed(id);
      return this.#notify('event', { event });
    });
  }

  async #execute({ request, abort_token: token }) {
    const submit = (options) => this.#ready().execute(requestFromWire(request), options);
    const id = await this.#submit(token, submit, (accepted) => this.#ready().waitForCompletion(accepted));
    this.#announce(id);
    this.#pumps.watch(id);
    return id;
  }

  async #run(params) {
    return this.#waitForCompletion(await this.#execute(params));
  }

  async #executePlan({ plan, abort_token: token }) {
    const submit = (options) => this.#ready().executePlan(planFromWire(plan), options);
    return this.#submit(token, submit, (id) => this.#ready().waitForPlan(id));
  }

  async #submit(token, submit, untilEnd) {
    const controller = this.#aborts.begin(token);
    const accepted = (async () => submit({ signal: controller?.signal }))();
    if (controller !== undefined) this.#aborts.endWith(accepted.then(untilEnd), token, controller);
    return accepted;
  }

  /** `endedIn`: the ids of the executions of which the answer says that they have ended. */
  async #afterEnds(promise, endedIn) {
    const answer = await promise;
    await Promise.all(endedIn(answer).map((id) => this.#pumps.drained(id)));
    return answer;
  }

  async #waitForCompletion(id) {
    try {
      return await this.#ready().waitForCompletion(id);
    } finally {
      await this.#pumps.drained(id);
    }
  }

  #wait(answer) {
    this.#waits.add(answer);
    const forget = () => this.#waits.delete(answer);
    answer.then(forget, forget);
    return answer;
  }

  #announce(id) {
    if (this.#announced.has(id)) return;
    this.#announced.add(id);
    this.#holds.begin(id);
    let path = null;
    try {
      path = this.#engine.getLogPath(id);
    } catch {
      // It has no log.
    }
    this.#notify('accepted', { execution_id: id, log_path: path });
  }
}

const endedOf = (executions) => executions.filter(({ status }) => isTerminal(status)).map(({ id }) => id);
const commandsOf = (plan) => endedOf(plan.results);

module.exports = { Service, protocol };
