import type { ExecutionMetadata } from './request';

/**
 * `pending`: accepted, waits for a slot, or in a plan for its turn. The last four are terminal; exactly one of them is
 * reached, once.
 */
export type ExecutionStatus = 'pending' | 'running' | TerminalStatus;
/** How an execution or plan has ended. */
export type TerminalStatus = 'completed' | 'failed' | 'cancelled' | 'timeout';

/** What became of an execution. A non-zero exit, a timeout and a cancellation are results, not rejections. */
export interface ExecutionResult {
  /** Lower case. */
  id: string;
  status: TerminalStatus;
  /** `status` is "completed" and `exit_code` is 0. */
  success: boolean;
  /** -1 when a signal ended it or it never started. */
  exit_code: number;
  /** "SIGKILL" …; null when it exited by itself or never started. */
  signal: string | null;
  /**
   * What was written, to the byte, final newline included; invalid UTF-8 becomes U+FFFD. Of more than
   * `max_output_size_bytes` the first bytes, and under "truncate_with_warning" a line that says so. When
   * `max_in_memory_output_bytes` made the output leave memory it is read back from the log, if that holds exactly it;
   * otherwise this is one line that says how many bytes were dropped.
   */
  stdout: string;
  /** The same for stderr. */
  stderr: string;
  /** A byte of stdout or stderr was not UTF-8 and had to be replaced; `readOutput` has the bytes. */
  output_lossy: boolean;
  /** Bytes the process wrote, kept or not. */
  stdout_bytes: number;
  stderr_bytes: number;
  /**
   * Not all that was written is here or in an overflow file: it was more than `max_output_size_bytes`, or the output has
   * left memory and cannot be brought back.
   */
  output_truncated: boolean;
  /** A descendant still held a pipe when the execution was settled. */
  output_incomplete: boolean;
  /** Holds what went over `max_output_size_bytes` under the strategy "stream_to_file". */
  stdout_overflow_file: string | null;
  stderr_overflow_file: string | null;
  /** For a person: "2s 500ms". */
  duration: string;
  /** Milliseconds. */
  duration_ms: number;
  /** RFC 3339, UTC, milliseconds or finer. */
  started_at: string;
  completed_at: string;
  /** null: no log was written. */
  log_path: string | null;
  /** A sentence: why it did not complete, or what went wrong beside it (a log that could not be written). */
  error: string | null;
  /**
   * How the engine ended it, also before it had started; null when it ended by itself, or did not run because of another
   * command of its plan.
   */
  termination: Termination | null;
  /** Of the process and those of its descendants it waited for; null when it never started. */
  resource_usage: ResourceUsage | null;
  /** As in the request. */
  metadata: ExecutionMetadata | null;
}

/** How the engine ended an execution. */
export interface Termination {
  cause: 'timeout' | 'cancel' | 'output_limit' | 'shutdown';
  /** In the order sent. */
  signals: SentSignal[];
  /** Pids that the system refused to let the engine kill. */
  survivors: number[];
}

/** A signal that the engine sent to end an execution. */
export interface SentSignal {
  /** "SIGTERM". */
  signal: string;
  /** Milliseconds since the execution started. */
  at_ms: number;
}

/** What an execution has cost. */
export interface ResourceUsage {
  /** Milliseconds. */
  user_cpu_ms: number;
  /** Milliseconds. */
  system_cpu_ms: number;
  /**
   * The largest resident set of any one process of the command, in bytes. Looked at from time to time: what a process
   * had between two looks may be missed.
   */
  max_rss_bytes: number;
}

/** One row of `listExecutions`. */
export interface ExecutionSummary {
  /** Lower case. */
  id: string;
  status: ExecutionStatus;
  /** RFC 3339, UTC; of its acceptance while it is pending. */
  started_at: string;
  /** For a person: "2s 500ms"; null until it has finished. */
  duration: string | null;
  /** For a person, a shell's text as it was given; never holds environment or stdin. */
  command: string;
  /** As in the request. */
  metadata: ExecutionMetadata | null;
}

/** Counts of the executions an engine knows: removed and cleaned up ones are not among them. */
export interface ExecutionStats {
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  timeout: number;
  running: number;
  pending: number;
}

/** How an engine's slots are used. */
export interface ConcurrencyMetrics {
  max_concurrent: number;
  currently_running: number;
  /** Those that wait for a slot; commands of plans that wait for other commands do not count. */
  currently_pending: number;
  available_slots: number;
}
