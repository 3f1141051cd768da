'use strict';

const { ExecutionError, ValidationError } = require('../lib/errors.js');

/** More than an engine keeps by default; the oldest go first. */
const limit = 10_000;

/** Where the logs of the executions are that this process has heard of. */
class LogPaths {
  #byId = new Map();

  set(id, path) {
    this.#byId.set(id, path);
    if (this.#byId.size > limit) this.#byId.delete(this.#byId.keys().next().value);
  }

  /** @throws {ExecutionError} VALIDATION; NOT_FOUND; LOG_READ_FAILED when it has no log */
  get(id) {
    if (typeof id !== 'string') {
      throw new ValidationError(
        'WRONG_TYPE',
        'id',
        `id is ${id === null ? 'null' : `of type ${typeof id}`}; it must be a string`,
      );
    }
    const key = id.toLowerCase();
    const path = this.#byId.get(key);
    if (typeof path === 'string') return path;
    throw path === null
      ? new ExecutionError('LOG_READ_FAILED', `execution ${key} has no log`, { execution_id: key })
      : new ExecutionError('NOT_FOUND', `no log of an execution ${id} is known here`, { execution_id: id });
  }

  delete(id) {
    this.#byId.delete(String(id).toLowerCase());
  }
}

module.exports = { LogPaths };
