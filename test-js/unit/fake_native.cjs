'use strict';

// Stands in for the addon: it does nothing by itself, the tests say what happens.

class NativeEngine {
  static last;

  constructor(config, hooks) {
    if (config?.refused)
      throw hooks.error({ code: 'VALIDATION', message: 'no', kind: 'UNKNOWN_FIELD', field: 'refused' });
    this.config = config;
    this.hooks = hooks;
    /** What execute and executePlan were called with, and how to settle them. */
    this.submissions = [];
    /** Names and arguments of the other calls. */
    this.calls = [];
    /** Execution id to its result; no entry: unknown; null: running. */
    this.results = new Map();
    this.acknowledged = 0;
    this.resultsMade = 0;
    this.withdrawable = true;
    this.environmentKnown = false;
    NativeEngine.last = this;
  }

  #submit(what, environmentIsTheSystems, ticket) {
    const env = environmentIsTheSystems && this.environmentKnown ? undefined : this.hooks.environment();
    return new Promise((resolve, reject) => {
      const accept = (id) => {
        this.results.set(id, null);
        resolve(id);
        return new Promise(setImmediate);
      };
      this.submissions.push({ what, env, ticket, accept, refuse: reject });
    });
  }
  execute(...args) {
    return this.#submit(...args);
  }
  executePlan(...args) {
    return this.#submit(...args);
  }
  async run(...args) {
    return this.wait(await this.#submit(...args));
  }
  listening(heard) {
    this.calls.push(['listening', heard]);
  }
  hold() {
    this.held = true;
  }
  sendHeld() {
    this.held = false;
  }
  withdraw(ticket) {
    this.calls.push(['withdraw', ticket]);
    if (!this.withdrawable) return false;
    this.submissions.find((one) => one.ticket === ticket).refuse(new Error('withdrawn'));
    return true;
  }

  #error(code, id) {
    return this.hooks.error({ code, message: `${code}: ${id}`, execution_id: id });
  }
  async getStatus(id) {
    const result = this.results.get(typeof id === 'string' ? id.toLowerCase() : id);
    if (result === undefined) throw this.#error('NOT_FOUND', id);
    return result?.status ?? 'running';
  }
  async getResult(id) {
    return this.results.get(id.toLowerCase());
  }
  async cancel(id) {
    this.calls.push(['cancel', id]);
    if (!this.results.has(id)) throw this.#error('NOT_RUNNING', id);
  }
  async wait(id) {
    return { waited: id };
  }
  waitForPlan(id) {
    return new Promise((resolve) => (this.endPlan = () => resolve(id)));
  }
  async close(options) {
    this.calls.push(['close', options]);
  }
  acknowledge(id, bytes) {
    this.acknowledged += bytes;
  }
  currentResult() {
    this.resultsMade++;
    return this.current;
  }

  // ---- what tests do ----

  /** Delivers lines as the addon would; true: consumed at once. */
  /** `told`: the places of the newlines go along, as they do when there are many. */
  output(id, lines, { stream = 'stdout', seq = 1, partial = false, bytes, told = false } = {}) {
    const text = lines.join('\n');
    const newlines = told ? String.fromCharCode(...[...text.matchAll(/\n/g)].map(({ index }) => index)) : undefined;
    return this.hooks.output(id, stream, text, seq, lines.length, partial, 'now', bytes ?? text.length, newlines);
  }
  finish(id, status = 'completed', result = {}) {
    this.current = { id, status, exit_code: 0, signal: null, error: null, completed_at: 'then', ...result };
    this.results.set(id, this.current);
    this.hooks.finished(id, status, 'now');
  }
}

module.exports = { abi: 6, NativeEngine };
