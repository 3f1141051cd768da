'use strict';

const { closeSync, constants, openSync, writeSync } = require('node:fs');

/** Writes what happens for a person to read: lines of the commands to `out` or `err`, everything else to `err`. */
class ConsoleHandler {
  #out;
  #err;

  /** @param {{ out?: { write(text: string): unknown }, err?: { write(text: string): unknown } }} [targets] */
  constructor({ out = process.stdout, err = process.stderr } = {}) {
    this.#out = out;
    this.#err = err;
  }

  onEvent(event) {
    const target = event.event_type === 'stdout' ? this.#out : this.#err;
    target.write(`[${(event.execution_id ?? event.plan_id).slice(0, 8)}] ${describe(event)}\n`);
  }
}

function describe(event) {
  switch (event.event_type) {
    case 'started':
      return `$ ${event.command}`;
    case 'stdout':
    case 'stderr':
      return event.line;
    case 'failed':
      return `failed: ${event.error}`;
    case 'progress':
      return `${event.completed} of ${event.total}${event.current_command === null ? '' : `: ${event.current_command}`}`;
    default:
      return `${event.event_type} after ${event.result.duration}`;
  }
}

const flushAt = 64 * 1024;
const newline = 10;
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

/**
 * Appends every event to a file, one JSON object per line. Writes once per turn of the event loop, or as soon as 64 KiB
 * are waiting, so it keeps little in memory; `close` writes the rest.
 */
class JsonLinesHandler {
  #fd;
  #pending = '';
  #scheduled = false;
  #failure = null;
  /** The file ends within a line, because the rest could not be written. */
  #torn = false;

  /** @param {string} path made with mode 0600 when absent; never through a symbolic link */
  constructor(path) {
    this.#fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  }

  /** Throws what an earlier write failed with: the engine passes that on as a handlerError. */
  onEvent(event) {
    if (this.#fd === null) return;
    this.#pending += `${JSON.stringify(event)}\n`;
    if (this.#pending.length >= flushAt) {
      this.#flush();
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#flushLater());
    }
    // This event is taken all the same.
    this.#rethrow();
  }

  /** Writes what is left and closes the file; later events are ignored. May be called more than once. */
  close() {
    if (this.#fd === null) return;
    try {
      this.#flush();
      this.#rethrow();
    } finally {
      closeSync(this.#fd);
      this.#fd = null;
    }
  }

  #flushLater() {
    this.#scheduled = false;
    try {
      this.#flush();
    } catch (error) {
      this.#failure = { error };
    }
  }

  #flush() {
    if (this.#pending === '') return;
    // What comes after half a line is not to be lost with it.
    const bytes = Buffer.from(this.#torn ? `\n${this.#pending}` : this.#pending);
    this.#pending = '';
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } finally {
      if (written > 0) this.#torn = bytes[written - 1] !== newline;
    }
  }

  #rethrow() {
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure.error;
  }
}

module.exports = { ConsoleHandler, JsonLinesHandler };
