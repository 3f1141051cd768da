import type { ExecutionResult } from './result';

/**
 * What happens, told apart by `event_type`. Per execution: started, lines in the order read, exactly one terminal
 * event; one that never started has the last only. One object goes to all listeners and handlers; treat it as read-only.
 */
export type ExecutionEvent = LifecycleEvent | ProgressEvent;

/** The events of a single execution: all have an `execution_id`. */
export type LifecycleEvent = StartedEvent | LineEvent | TerminalEvent;

/** Ends an execution; its type is the final status. */
export type TerminalEvent = CompletedEvent | FailedEvent | TimeoutEvent | CancelledEvent;

/** What all events of an execution have. */
interface EventBase {
  /** Lower case. */
  execution_id: string;
  /** RFC 3339, UTC. */
  timestamp: string;
}

/** The process runs. */
export interface StartedEvent extends EventBase {
  event_type: 'started';
  /** For a person, a shell's text as it was given; never holds environment or stdin. */
  command: string;
}

/** A line that the process wrote. Absent with `stream_output: false`. */
export interface LineEvent extends EventBase {
  event_type: 'stdout' | 'stderr';
  /** Without its line end. */
  line: string;
  /** Counts the line events of both streams together, pieces included, from 1. */
  seq: number;
  /** Present on a piece of a line that goes on: one over 64 KiB, or one left open for 200 ms (a prompt). */
  partial?: true;
}

/** Exit code 0. */
export interface CompletedEvent extends EventBase {
  event_type: 'completed';
  result: ExecutionResult;
}

/** Non-zero exit, ended by a signal, could not start, output limit, or an i/o error. */
export interface FailedEvent extends EventBase {
  event_type: 'failed';
  /** A sentence. */
  error: string;
  result: ExecutionResult;
}

/** Ended because its time was over. */
export interface TimeoutEvent extends EventBase {
  event_type: 'timeout';
  /** With the output up to then. */
  result: ExecutionResult;
}

/** Ended by `cancel`, by an AbortSignal or by `close`; or never run, as part of a plan. */
export interface CancelledEvent extends EventBase {
  event_type: 'cancelled';
  /** With the output up to then. */
  result: ExecutionResult;
}

/** A plan got further. */
export interface ProgressEvent {
  event_type: 'progress';
  /** Lower case. */
  plan_id: string;
  /** Commands that have a result, those that will never run among them: it may advance by more than one. */
  completed: number;
  /** Commands of the plan. */
  total: number;
  /** The command that has just ended, as in StartedEvent. */
  current_command: string | null;
  /** RFC 3339, UTC. */
  timestamp: string;
}

/** What `lines()` yields. */
export interface OutputLine {
  stream: 'stdout' | 'stderr';
  /** Without its line end. */
  line: string;
  /** As in LineEvent. */
  partial?: true;
}

/** Event name to what its listeners are called with. */
export interface ExecutionEventMap {
  started: [event: StartedEvent];
  stdout: [event: LineEvent & { event_type: 'stdout' }];
  stderr: [event: LineEvent & { event_type: 'stderr' }];
  completed: [event: CompletedEvent];
  failed: [event: FailedEvent];
  timeout: [event: TimeoutEvent];
  cancelled: [event: CancelledEvent];
  progress: [event: ProgressEvent];
  /** All of the above. */
  event: [event: ExecutionEvent];
  /**
   * A listener or handler threw, or returned a promise that rejected, while it dealt with `event`. Without a listener
   * for this, the error goes through `process.emitWarning`, or to the console where there is no Node.
   */
  handlerError: [error: unknown, event: ExecutionEvent];
}
