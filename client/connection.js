'use strict';

const { JSONRPCClient } = require('json-rpc-2.0');

const { ExecutionError, errorFromNative } = require('../lib/errors.js');
const { textOf, warn } = require('../lib/warning.js');

const { rpcCodes } = require('./error_codes.js');
const { atMost, whileItAnswers } = require('./patience.js');
const { toWire } = require('./wire_value.js');

/** So long may a transport take to start or to close, in ms; longer than SpawnTransport gives its sidecar. */
const longestStep = 15_000;

/** The next turn of the event loop: everything that waits for a promise has gone on by then. */
const turn = () => new Promise((resolve) => (globalThis.setImmediate ?? setTimeout)(resolve));

/**
 * Calls over a transport, and notifications from it. Owns the transport; keeps the process alive while an answer is
 * outstanding or `ref` was called more often than `unref`.
 */
class Connection {
  #transport;
  #started;
  #onNotification;
  #onEnd;
  #client = new JSONRPCClient((message, mayLeave) => this.#send(message, mayLeave));
  #inbox = [];
  #draining = false;
  /** Lines that have come. */
  #received = 0;
  #refs = 0;
  /** What rejects the calls that are outstanding. */
  #outstanding = new Set();
  /** Why no more calls are possible. */
  #over;

  /**
   * @param {object} transport see Transport in typings/sidecar.d.ts
   * @param {object} reactions
   * @param {(method: string, params: object) => void} reactions.onNotification
   * @param {(error: Error) => void} reactions.onEnd the other side is gone
   */
  constructor(transport, { onNotification, onEnd }) {
    this.#transport = transport;
    this.#onNotification = onNotification;
    this.#onEnd = onEnd;
    this.#started = this.#start();
    this.#started.catch((error) => {
      const message = `the sidecar could not be started: ${error?.message ?? error}`;
      this.#end(new ExecutionError('IO', message, { cause: error }));
    });
  }

  async #start() {
    await this.#transport.start({
      line: (line) => this.#receive(line),
      // After the lines that came before it.
      end: (reason) => this.#receive({ end: `the sidecar has ended${reason ? `: ${reason}` : ''}` }),
    });
  }

  /**
   * @param {() => boolean} [mayLeave] asked once, when the code that made the call has returned: false keeps it from
   *   being sent, and it rejects
   * @returns {Promise<unknown>} rejects with the ExecutionError that the engine rejected with
   */
  async call(method, params, mayLeave) {
    if (this.#over !== undefined) throw this.#over;
    const sent = toWire(params);
    this.ref();
    let giveUp;
    try {
      // The library looks at no answer while a message is not sent, and the other side may take none any more.
      return await new Promise((resolve, reject) => {
        this.#outstanding.add((giveUp = reject));
        this.#client.request(method, sent, mayLeave).then(resolve, reject);
      });
    } catch (error) {
      throw this.#translate(error);
    } finally {
      this.#outstanding.delete(giveUp);
      this.unref();
    }
  }

  /** As `answer`, of a call that may take long; rejects with IO when the other side does not answer any more. */
  whileItAnswers(answer) {
    return whileItAnswers(answer, { ask: () => this.call('getStats', {}), heard: () => this.#received });
  }

  notify(method, params) {
    if (this.#over === undefined) this.#client.notify(method, toWire(params));
  }

  /** Keeps the process alive until `unref` was called as often. */
  ref() {
    if (this.#refs++ === 0) this.#transport.ref?.();
  }
  unref() {
    if (--this.#refs === 0) this.#transport.unref?.();
  }

  /** Ends the other side; outstanding and further calls reject with `error`. A transport gets 15 s for each step. */
  async close(error) {
    this.#end(error);
    this.ref();
    const end = async () => this.#transport.close();
    try {
      await atMost(
        longestStep,
        this.#started.catch(() => {}),
        () => this.#started.then(end, () => {}).catch(() => {}),
      );
      await atMost(longestStep, end());
    } catch (failure) {
      throw new ExecutionError('IO', `the sidecar could not be closed: ${textOf(failure)}`, { cause: failure });
    } finally {
      this.unref();
    }
  }

  async #send(message, mayLeave) {
    await this.#started;
    if (mayLeave?.() === false) throw new ExecutionError('INTERNAL', 'the call was withdrawn');
    await this.#transport.send(JSON.stringify(message));
  }

  /** @param {string | { end: string }} line */
  #receive(line) {
    this.#received++;
    this.#inbox.push(line);
    if (!this.#draining) this.#drain();
  }

  async #drain() {
    this.#draining = true;
    try {
      // Under a steady stream it is never empty: what was taken out is not kept until then.
      while (this.#inbox.length > 0) {
        const lines = this.#inbox;
        this.#inbox = [];
        for (const line of lines) {
          // Whoever waits for the answer goes on before the events that follow it are delivered.
          if (this.#take(line)) await turn();
        }
      }
    } finally {
      this.#draining = false;
    }
  }

  /** @returns {boolean} true: it was an answer */
  #take(line) {
    if (line?.end !== undefined) {
      this.#end(new ExecutionError('IO', line.end));
      return false;
    }
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      // Not ours: something in the other process wrote to its output.
      return false;
    }
    try {
      if (typeof message?.method !== 'string') {
        this.#client.receive(message);
        return true;
      }
      this.#onNotification(message.method, message.params);
    } catch (error) {
      warn(`a message of the sidecar could not be taken: ${textOf(error)}`, 'ExecutionEngineWarning');
    }
    return false;
  }

  #end(error) {
    if (this.#over !== undefined) return;
    this.#over = error;
    for (const reject of this.#outstanding) reject(error);
    this.#client.rejectAllPendingRequests(error.message);
    this.#onEnd(error);
  }

  #translate(error) {
    if (error instanceof ExecutionError || error?.code === rpcCodes.aborted) return error;
    if (error?.code === rpcCodes.engine && typeof error.data?.code === 'string') {
      return errorFromNative({ ...error.data, message: error.message });
    }
    // What the transport rejects with is told as the end that it led to.
    return this.#over ?? new ExecutionError('INTERNAL', error?.message ?? String(error), { cause: error });
  }
}

module.exports = { Connection };
