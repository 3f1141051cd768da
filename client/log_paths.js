'use strict';

const { ExecutionError } = require('../lib/errors.js');

/** More than an engine keeps by default; the oldest go first. */
const limit = 10_000;

/** Where the logs of the executions are that this process has heard of. */
class LogPaths {
  #byId = new Map();

  set(id, path) {
    this.#byId.set(id, path);
    if (this.#byId.size > limit) this.#byId.delete(this.#byId.keys().next().value);
  }

  /** @throws {ExecutionError} NOT_FOUND */
  get(id) {
    const path = this.#byId.get(String(id).toLowerCase());
    if (typeof path === 'string') return path;
    const what = path === null ? `the execution ${id} has no log` : `no log of an execution ${id} is known here`;
    throw new ExecutionError('NOT_FOUND', what, { execution_id: String(id) });
  }

  delete(id) {
    this.#byId.delete(String(id).toLowerCase());
  }
}

module.exports = { LogPaths };
