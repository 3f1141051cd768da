// `cloudops-execution-engine/sidecar`: the engine in another process.

import type { EngineConfig } from './config';
import type { ExecutionEngine } from './engine';

export { ExecutionError, ValidationError } from './errors';

/**
 * An engine in a process of its own, spoken to over JSON-RPC 2.0 (`cloudops-exec sidecar`). Same methods, events and
 * errors as ExecutionEngine, with these differences, which come from the distance:
 *
 * - A configuration that is not allowed does not throw: `ready` and every call reject with the ValidationError.
 * - What `config` leaves out is said by the `EXEC_*` variables of the environment that the sidecar was started with, if they
 *   are set (see loadConfigFromEnv).
 * - Commands inherit the environment and working directory that the sidecar was started with.
 * - `getLogPath` knows the last 10,000 executions that were started through this object, also after `cleanup` and `close`.
 * - `close` ends the sidecar; after it every call rejects with ENGINE_CLOSED, the readers of results too. A sidecar that says
 *   nothing for 10 s while it is asked to close, or has not ended 5 s after its input, is killed, and its commands with it.
 * - Events of one execution come in order, and an end before the starts and the progress that came after it; lines of
 *   executions that run side by side may overtake each other.
 * - A request that contains itself rejects with SERIALIZATION. `{ base64 }` stands for bytes, as in the messages.
 * - An answer of more than 500,000,000 characters (as JSON) is SERIALIZATION; a terminal event then has an empty output and
 *   `output_truncated`.
 * - Should the sidecar die, what is outstanding and every further call reject with IO.
 * - Without Node, `readOutput` resolves with a Uint8Array.
 *
 * Without anything running it does not keep the process alive. The sidecar ends when this process ends, however it does,
 * and all that it runs with it.
 */
export interface SidecarEngine extends ExecutionEngine {
  /** Resolves when the sidecar has an engine. Rejects: VALIDATION, IO. */
  readonly ready: Promise<SidecarInfo>;
}

/** The class of SidecarEngine: how one is made. */
export interface SidecarEngineConstructor {
  /**
   * @param options in Node optional: the sidecar of this package is then started
   * @throws ExecutionError IO when there is no transport and none can be made (a browser)
   * @throws ValidationError when options.command is no array of strings
   */
  new (config?: EngineConfig, options?: SidecarOptions): SidecarEngine;
  readonly prototype: SidecarEngine;
  /**
   * As ExecutionEngine.initGlobal, but what is not allowed rejects `ready`. The two global engines are not the same.
   */
  initGlobal(config?: EngineConfig, options?: SidecarOptions): SidecarEngine;
  /** @throws ExecutionError NOT_INITIALIZED before `initGlobal` */
  global(): SidecarEngine;
}

export const SidecarEngine: SidecarEngineConstructor;

/** What the sidecar says of itself. */
export interface SidecarInfo {
  /** The package's. */
  version: string;
  /** Of the messages; 1. */
  protocol: number;
  pid: number;
}

/** How the sidecar is reached. */
export interface SidecarOptions {
  /** Node: the sidecar's program and its arguments. Default: the one of this package. */
  command?: readonly string[] | undefined;
  /** How lines come and go, when not through a child process of this one. */
  transport?: Transport | undefined;
}

/** A way to another process for lines of text. Used by one engine. */
export interface Transport {
  /** Called once, before anything else but `ref` and `unref`. What it rejects with ends the engine. */
  start(handlers: TransportHandlers): void | Promise<void>;
  /** Sends a line, which comes without its line end; the promise may stay pending as long as no more is welcome. */
  send(line: string): void | Promise<void>;
  /**
   * Ends the other process; resolves when it has ended, where that is known. Waited for 15 s at most. Called before `start`
   * has settled when that takes as long, and once more if it then succeeds.
   */
  close(): void | Promise<void>;
  /** From now on this process stays as long as the connection is open. */
  ref?(): void;
  /** From now on it need not. */
  unref?(): void;
}

/** What a transport calls with what comes from the other process. */
export interface TransportHandlers {
  /** A line came, without its line end. */
  line(text: string): void;
  /** No more will come. */
  end(reason?: string): void;
}

/** Node: a child process, whose stdin and stdout carry the lines. */
export class SpawnTransport implements Transport {
  /** Default: the sidecar of this package. */
  constructor(command?: readonly string[]);
  start(handlers: TransportHandlers): Promise<void>;
  send(line: string): Promise<void>;
  close(): Promise<void>;
  ref(): void;
  unref(): void;
}
