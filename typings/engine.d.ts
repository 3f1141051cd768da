/// <reference types="node" />

import { EventEmitter } from 'node:events';

import type { EngineConfig } from './config';
import type { ExecutionEventMap, LifecycleEvent, OutputLine } from './event';
import type { EventHandler } from './handlers';
import type { ExecutionPlan, PlanExecutionResult } from './plan';
import type { ExecuteOptions, ExecutionRequest } from './request';
import type { ConcurrencyMetrics, ExecutionResult, ExecutionStats, ExecutionStatus, ExecutionSummary } from './result';

/** How `close` ends what runs. Anything not allowed rejects with a ValidationError and closes nothing. */
export interface CloseOptions {
  /** "cancel" (default) ends what runs and what waits; "drain" lets both finish. */
  mode?: 'cancel' | 'drain' | undefined;
  /**
   * "drain": what then still runs is cancelled; default no limit. "cancel": what then still runs gets SIGKILL, as it does
   * when the engine's `kill_grace_period_ms` is over first. Whole milliseconds, 0 to 3155760000000.
   */
  timeout_ms?: number | undefined;
}

/** The name of an event, for `on` and its like. */
type EventName = keyof ExecutionEventMap;
/** What is called for an event of that name. */
type Listener<Name extends EventName> = (...args: ExecutionEventMap[Name]) => unknown;

/**
 * Starts, streams, limits, times out, cancels and records system commands.
 *
 * An idle engine does not keep the process alive; a running execution does. Ids may be given in either case. Every
 * method that returns a promise rejects with an ExecutionError, never throws (what a getter of your request throws comes
 * through as it is). Once `close` has resolved, calls reject with ENGINE_CLOSED; those that would start something do so
 * from its call on. Exceptions: `close`, `stopCleanupTask`, and the readers of finished results (`getStatus`,
 * `getResult`, `waitForCompletion`, `getPlanResult`, `waitForPlan`, `listExecutions`, `readOutput`, `readLogs`,
 * `getLogPath`, `events`, `lines`). `startCleanupTask` and `addEventHandler` then throw it.
 *
 * When the host dies, a helper process ends what runs. An engine that cannot have one says so once, by a process warning
 * named ExecutionEngineWarning.
 */
export class ExecutionEngine extends EventEmitter implements AsyncDisposable {
  /**
   * @throws ValidationError for a configuration that is not allowed
   * @throws ExecutionError IO when the system has no descriptor or thread left for an engine
   * @throws Error with the `code` ERR_DLOPEN_FAILED when no addon can be loaded; the message says what was tried
   */
  constructor(config?: EngineConfig);

  /**
   * Makes the global engine of this process or worker thread. It runs serially: `max_concurrent_executions` is 1 and
   * `concurrency_policy` is "queue", whatever `config` says.
   * @throws ExecutionError ALREADY_INITIALIZED for every call after one that succeeded, also when that engine was closed
   * @throws what the constructor throws
   */
  static initGlobal(config?: EngineConfig): ExecutionEngine;
  /** @throws ExecutionError NOT_INITIALIZED before `initGlobal` */
  static global(): ExecutionEngine;

  /**
   * Submits a command; resolves with its id as soon as it is accepted, to run or to wait. No event of it is delivered
   * before the code after the `await` ran.
   * Rejects: VALIDATION, CONCURRENCY_LIMIT_REACHED, QUEUE_FULL, ENGINE_CLOSED, IO (descriptors were short when
   * a script was read), or the signal's reason.
   */
  execute(request: ExecutionRequest, options?: ExecuteOptions): Promise<string>;
  /** `execute`, then `waitForCompletion`. Aborted after acceptance, it resolves with the cancelled result. */
  run(request: ExecutionRequest, options?: ExecuteOptions): Promise<ExecutionResult>;
  /**
   * Resolves when the execution has ended, however it ended and after its terminal event; at once when it had.
   * Rejects: NOT_FOUND; SPAWN_FAILED and OUTPUT_SIZE_EXCEEDED, with the `result`.
   */
  waitForCompletion(id: string): Promise<ExecutionResult>;
  /**
   * Ends an execution, or all that runs and waits of a plan; resolves when termination has begun.
   * Rejects: NOT_FOUND, NOT_RUNNING.
   */
  cancel(id: string): Promise<void>;

  /**
   * Submits a plan; resolves with its id as soon as it is accepted.
   * Rejects: VALIDATION, ENGINE_CLOSED, IO, or the signal's reason.
   */
  executePlan(plan: ExecutionPlan, options?: ExecuteOptions): Promise<string>;
  /** Resolves when all of the plan has ended. Rejects: NOT_FOUND. */
  waitForPlan(planId: string): Promise<PlanExecutionResult>;
  /** Rejects: NOT_FOUND, NOT_FINISHED. */
  getPlanResult(planId: string): Promise<PlanExecutionResult>;

  /** Rejects: NOT_FOUND. */
  getStatus(id: string): Promise<ExecutionStatus>;
  /** Rejects: NOT_FOUND, NOT_FINISHED. */
  getResult(id: string): Promise<ExecutionResult>;
  /** All executions known, in the order in which they were accepted. */
  listExecutions(): Promise<ExecutionSummary[]>;
  /** How many executions are known, by status. */
  getStats(): Promise<ExecutionStats>;
  /** How many slots there are, are taken and are waited for. */
  getConcurrencyMetrics(): Promise<ConcurrencyMetrics>;

  /** The log's text. Rejects: NOT_FOUND, LOG_READ_FAILED. */
  readLogs(id: string): Promise<string>;
  /** @throws ExecutionError NOT_FOUND; LOG_READ_FAILED when it has no log */
  getLogPath(id: string): string;
  /**
   * The bytes captured, so far or in all, without any warning line; none when the output has left memory and cannot be
   * brought back (see ExecutionResult.stdout). Rejects: NOT_FOUND, VALIDATION.
   */
  readOutput(id: string, stream: 'stdout' | 'stderr'): Promise<Buffer>;

  /**
   * What happens to one execution from this call on, up to and with its terminal event; of one that has ended, the
   * terminal event only. `for await (… of engine.events(id))` right after `await engine.execute()` misses nothing.
   *
   * It is a consumer: one that falls behind holds the child back, until `return` (which leaving a `for await` calls), or
   * until it is dropped and collected.
   * One whose first `next` does not come within 10 s of the first line holds nobody back until it comes, and keeps up to
   * 1 MiB of output; had there been more, it yields what it kept and then rejects with OUTPUT_SIZE_EXCEEDED.
   * The first `next` rejects with NOT_FOUND for an unknown id.
   */
  events(id: string): ExecutionIterator<LifecycleEvent>;
  /** The same for its lines only; ends where `events` yields the terminal event. */
  lines(id: string): ExecutionIterator<OutputLine>;

  /**
   * For a request with `stdin: { type: 'pipe' }`. Resolves when the pipe's buffer has taken it all.
   * Rejects: NOT_FOUND, NOT_RUNNING, VALIDATION (another kind of stdin), IO (it is
   * closed: by the child, by `closeStdin`, or because the command is being ended).
   */
  writeStdin(id: string, chunk: string | Uint8Array): Promise<void>;
  /** The child reads the end after what was written. Rejects: NOT_FOUND, NOT_RUNNING, VALIDATION. */
  closeStdin(id: string): Promise<void>;

  /** Forgets a finished execution. Rejects: NOT_FOUND, NOT_FINISHED. */
  removeExecution(id: string): Promise<void>;
  /** Forgets finished executions that are too old, then those beyond the count; resolves with how many. */
  cleanup(): Promise<number>;
  /**
   * Calls `cleanup` every `cleanup_interval_secs`. Started by the constructor when `enable_auto_cleanup`.
   * @throws ExecutionError ENGINE_CLOSED after `close`
   */
  startCleanupTask(): void;
  /** No more calls of `cleanup` until `startCleanupTask`. May be called after `close` as well. */
  stopCleanupTask(): void;

  /**
   * Every event goes to the handler from now on.
   * @returns removes it again; may be called more than once
   * @throws ValidationError when there is no `onEvent` function
   * @throws ExecutionError ENGINE_CLOSED after `close`
   */
  addEventHandler(handler: EventHandler): () => void;

  /** Takes no more work; resolves when nothing runs any more. Rejects: VALIDATION. */
  close(options?: CloseOptions): Promise<void>;
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;

  on<Name extends EventName>(name: Name, listener: Listener<Name>): this;
  once<Name extends EventName>(name: Name, listener: Listener<Name>): this;
  addListener<Name extends EventName>(name: Name, listener: Listener<Name>): this;
  prependListener<Name extends EventName>(name: Name, listener: Listener<Name>): this;
  prependOnceListener<Name extends EventName>(name: Name, listener: Listener<Name>): this;
  off<Name extends EventName>(name: Name, listener: Listener<Name>): this;
  removeListener<Name extends EventName>(name: Name, listener: Listener<Name>): this;
  emit<Name extends EventName>(name: Name, ...args: ExecutionEventMap[Name]): boolean;
}

/** An async iterator over one execution; each `events()` or `lines()` call has its own. */
export interface ExecutionIterator<T> extends AsyncIterableIterator<T> {
  /** The next event or line; waits for it. */
  next(): Promise<IteratorResult<T, undefined>>;
  /** Ends it and lets the child go on without it. */
  return(): Promise<IteratorResult<T, undefined>>;
  /** Itself. */
  [Symbol.asyncIterator](): ExecutionIterator<T>;
}
