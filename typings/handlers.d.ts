import type { ExecutionEvent } from './event';

/** Sees every event of an engine it was added to. */
export interface EventHandler {
  /**
   * Called in the order of events, not awaited. What it throws, or what a promise it returns rejects with, surfaces as
   * the engine's "handlerError" event and harms nobody else.
   */
  onEvent(event: ExecutionEvent): unknown;
}

/** Something that takes text, such as `process.stdout`. */
export interface TextTarget {
  /** Called with whole lines; what it returns is ignored. */
  write(text: string): unknown;
}

/** Writes what happens for a person to read: stdout lines to `out`, everything else to `err`. */
export class ConsoleHandler implements EventHandler {
  /** Defaults: `process.stdout` and `process.stderr`. */
  constructor(targets?: { out?: TextTarget | undefined; err?: TextTarget | undefined });
  onEvent(event: ExecutionEvent): void;
}

/**
 * Appends every event to a file, one JSON object per line, and writes at the latest in the next turn of the event loop.
 * It does not rotate: when something else truncates the file (logrotate with `copytruncate`), it goes on at the new end.
 */
export class JsonLinesHandler implements EventHandler {
  /**
   * @param path made with mode 0600 when absent; never through a symbolic link
   * @throws what opening it fails with
   */
  constructor(path: string);
  /** Throws what an earlier write failed with. */
  onEvent(event: ExecutionEvent): void;
  /**
   * Writes what is left and closes the file; later events are ignored. May be called more than once.
   * @throws what an earlier write, or the last one, failed with
   */
  close(): void;
}
