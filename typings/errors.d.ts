import type { ExecutionResult } from './result';

/**
 * - VALIDATION: see ValidationError
 * - NOT_FOUND: no execution or plan has this id (any more)
 * - NOT_RUNNING: it has finished already
 * - NOT_FINISHED: it has not finished yet
 * - CONCURRENCY_LIMIT_REACHED: all slots are taken and the policy is "fail_fast"
 * - QUEUE_FULL: all slots are taken and `max_queued_executions` wait already
 * - SPAWN_FAILED: the process could not be started; see `errno` and `result`
 * - OUTPUT_SIZE_EXCEEDED: more output than allowed under "fail_execution" (see `result`); or more than 1 MiB before the
 *   first `next` of an iterator that came too late
 * - LOG_READ_FAILED: the log is not there or cannot be read
 * - IO: the system refused to read or write
 * - SERIALIZATION: data could not be turned into or from JSON
 * - ALREADY_INITIALIZED, NOT_INITIALIZED: of the global engine
 * - ENGINE_CLOSED: `close` was called
 * - INTERNAL: a bug in the engine
 */
export type ErrorCode =
  | 'VALIDATION'
  | 'NOT_FOUND'
  | 'NOT_RUNNING'
  | 'NOT_FINISHED'
  | 'CONCURRENCY_LIMIT_REACHED'
  | 'QUEUE_FULL'
  | 'SPAWN_FAILED'
  | 'OUTPUT_SIZE_EXCEEDED'
  | 'LOG_READ_FAILED'
  | 'IO'
  | 'SERIALIZATION'
  | 'ALREADY_INITIALIZED'
  | 'NOT_INITIALIZED'
  | 'ENGINE_CLOSED'
  | 'INTERNAL';

/**
 * - MISSING_FIELD: a required field is absent or null
 * - WRONG_TYPE: a value is not of the field's type
 * - UNKNOWN_FIELD: a key that the type does not have
 * - INVALID_COMMAND: empty, of unknown type, with a NUL byte, or a program that cannot be found or executed
 * - SCRIPT_NOT_FOUND: the script does not exist or is not a file
 * - INVALID_WORKING_DIR: absent or not a directory
 * - TIMEOUT_TOO_LARGE: over `max_timeout_ms`
 * - INVALID_VALUE: a value of the right type that is out of range or not well-formed; a file for stdin that cannot be read
 * - DUPLICATE_ID: the engine knows this id already
 * - INVALID_PLAN: empty plan, dependency out of range, on itself, or a cycle
 */
export type ValidationKind =
  | 'MISSING_FIELD'
  | 'WRONG_TYPE'
  | 'UNKNOWN_FIELD'
  | 'INVALID_COMMAND'
  | 'SCRIPT_NOT_FOUND'
  | 'INVALID_WORKING_DIR'
  | 'TIMEOUT_TOO_LARGE'
  | 'INVALID_VALUE'
  | 'DUPLICATE_ID'
  | 'INVALID_PLAN';

/** What is known of a failure beside its code and its sentence. */
export interface ErrorDetails {
  execution_id?: string | undefined;
  errno?: string | undefined;
  result?: ExecutionResult | undefined;
  cause?: unknown;
}

/** Every expected failure of the engine. */
export class ExecutionError extends Error {
  /** Made by the engine; public for those who imitate it in tests. */
  constructor(code: ErrorCode, message: string, details?: ErrorDetails);
  readonly code: ErrorCode;
  /** The execution or plan it is about, if any. */
  readonly execution_id?: string;
  /** SPAWN_FAILED, IO, LOG_READ_FAILED, a program that cannot be run: the system's name for it, "ENOENT". */
  readonly errno?: string;
  /** What led to it, if that is known. */
  readonly cause?: unknown;
  /** SPAWN_FAILED and OUTPUT_SIZE_EXCEEDED: what `getResult` returns as well. */
  readonly result?: ExecutionResult;
}

/** Something the caller passed in is not allowed; nothing was started. The message says what is. */
export class ValidationError extends ExecutionError {
  /** Made by the engine; public for those who imitate it in tests. */
  constructor(kind: ValidationKind, field: string, message: string, details?: ErrorDetails);
  readonly code: 'VALIDATION';
  readonly kind: ValidationKind;
  /** A path such as `command.args[2]`; '' is the argument itself. */
  readonly field: string;
}
