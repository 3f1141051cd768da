'use strict';

/**
 * Every expected failure of the engine. `code` says which one; what else is known comes as further properties, which
 * exist only when they apply.
 */
class ExecutionError extends Error {
  /**
   * @param {string} code one of the codes in typings/errors.d.ts
   * @param {string} message a sentence
   * @param {{ execution_id?: string, errno?: string, result?: object, cause?: unknown }} [details]
   */
  constructor(code, message, details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.execution_id !== undefined) this.execution_id = details.execution_id;
    if (details.errno !== undefined) this.errno = details.errno;
    if (details.result !== undefined) this.result = details.result;
  }
}

/** Something the caller passed in is not allowed. Nothing was started. */
class ValidationError extends ExecutionError {
  /**
   * @param {string} kind one of the kinds in typings/errors.d.ts
   * @param {string} field a path such as `command.args[2]`; '' is the argument itself
   * @param {string} message what was found and what is allowed
   * @param {{ execution_id?: string, cause?: unknown }} [details]
   */
  constructor(kind, field, message, details) {
    super('VALIDATION', message, details);
    this.kind = kind;
    this.field = field;
  }
}

// On the prototypes, and by hand: a name survives minifiers and stays out of what console.log lists.
for (const [type, name] of [
  [ExecutionError, 'ExecutionError'],
  [ValidationError, 'ValidationError'],
]) {
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true, writable: true });
}

/**
 * The error object for a failure that the native side reports.
 * @param {{ code: string, message: string, kind?: string, field?: string, execution_id?: string, errno?: string, result?: object }} info
 */
function errorFromNative(info) {
  return info.code === 'VALIDATION'
    ? new ValidationError(info.kind ?? 'INVALID_VALUE', info.field ?? '', info.message, info)
    : new ExecutionError(info.code, info.message, info);
}

const engineClosed = () => new ExecutionError('ENGINE_CLOSED', 'the engine is closed');

module.exports = { ExecutionError, ValidationError, engineClosed, errorFromNative };
