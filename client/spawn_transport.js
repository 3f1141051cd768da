'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');

const { ValidationError } = require('../lib/errors.js');
const { whatElse } = require('../lib/plain_object.js');

const { LineReader, tooLong } = require('./line_reader.js');

/** The sidecar that belongs to this package, run by the Node that runs us (in Electron, by its Node mode). */
const ownCommand = () => [process.execPath, join(__dirname, '..', 'bin', 'cloudops-exec.js'), 'sidecar'];

/** So long has a sidecar whose input has ended; the one of this package needs about half a second. */
const patienceMs = 5000;

/**
 * A sidecar as a child process: calls go to its stdin, messages come from its stdout, its stderr is ours.
 * It ends when its stdin is closed, and so also when this process ends, however that happens.
 */
class SpawnTransport {
  #command;
  #child;
  #ended;
  #isHeld = false;
  /** What all wait for who have sent more than the sidecar could take. */
  #drained;

  /** @param {string[]} [command] the program and its arguments */
  constructor(command = ownCommand()) {
    const isOne = Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === 'string');
    if (!isOne) {
      const found = typeof command === 'string' ? JSON.stringify(command) : (whatElse(command) ?? 'an object');
      const allowed = 'an array of strings, the program first';
      throw new ValidationError('WRONG_TYPE', 'options.command', `options.command is ${found}; it must be ${allowed}`);
    }
    this.#command = command;
  }

  async start({ line, end }) {
    const [program, ...args] = this.#command;
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    // Where there are no descriptors for them there are no streams either. What cannot be written any more is told by the
    // end of the process.
    child.stdin?.on('error', () => {});
    await once(child, 'spawn');
    child.on('error', () => {});
    child.on('close', (code, signal) => end(signal === null ? `exit code ${code}` : signal));
    this.#child = child;
    this.#ended = ended;
    this.#applyHold();
    this.#readLines(line);
  }

  /** Resolves when the sidecar can take more. */
  send(text) {
    const { stdin } = this.#child;
    if (stdin.destroyed || stdin.write(`${text}\n`)) return Promise.resolve();
    this.#drained ??= new Promise((resolve) => {
      const done = () => {
        stdin.off('drain', done);
        stdin.off('close', done);
        this.#drained = undefined;
        resolve();
      };
      stdin.on('drain', done);
      stdin.on('close', done);
    });
    return this.#drained;
  }

  /** Resolves when the sidecar has ended; one that does not end by itself is killed, and its commands go with it. */
  async close() {
    const child = this.#child;
    if (child === undefined) return;
    child.stdin.end();
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      // Somebody else may have its other end.
      child.stdout.destroy();
    }, patienceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Whether this process stays for the sidecar's sake. */
  ref() {
    this.#isHeld = true;
    this.#applyHold();
  }
  unref() {
    this.#isHeld = false;
    this.#applyHold();
  }

  #applyHold() {
    const child = this.#child;
    if (child === undefined) return;
    for (const handle of [child, child.stdin, child.stdout]) {
      if (this.#isHeld) handle.ref();
      else handle.unref();
    }
  }

  async #readLines(take) {
    for await (const line of new LineReader(this.#child.stdout)) {
      // Whoever waits for it would wait for ever.
      if (line === tooLong) this.#child.kill('SIGKILL');
      else take(line);
    }
  }
}

module.exports = { SpawnTransport };
