'use strict';

const { ValidationError } = require('./errors.js');
const { isSignal, whatElse } = require('./plain_object.js');
const { warn } = require('./warning.js');

/** Signal to its reactions and the one listener that calls them: a signal may outlive any number of executions. */
const watched = new WeakMap();

/** Calls `reaction` when the signal aborts. @returns {() => void} stops watching */
function watchSignal(signal, reaction) {
  let watch = watched.get(signal);
  if (watch === undefined) {
    const reactions = new Set();
    const listener = () => {
      watched.delete(signal);
      for (const react of reactions) react();
    };
    watch = { reactions, listener };
    watched.set(signal, watch);
    signal.addEventListener('abort', listener, { once: true });
  }
  const { reactions, listener } = watch;
  reactions.add(reaction);
  return () => {
    if (!reactions.delete(reaction) || reactions.size > 0 || watched.get(signal) !== watch) return;
    watched.delete(signal);
    signal.removeEventListener('abort', listener);
  };
}

/** The signal among the options of a call, which know nothing else; undefined when there is none. */
function signalIn(options) {
  if (options === undefined || options === null) return undefined;
  const found = whatElse(options);
  if (found !== undefined) {
    throw new ValidationError('WRONG_TYPE', 'options', `options is ${found}; it must be an object such as { signal }`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (name === 'signal' || value === undefined) continue;
    throw new ValidationError('UNKNOWN_FIELD', `options.${name}`, `options.${name} is not known; there is only signal`);
  }
  const { signal } = options;
  if (signal === undefined || signal === null || isSignal(signal)) return signal ?? undefined;
  throw new ValidationError(
    'WRONG_TYPE',
    'options.signal',
    `options.signal is of type ${typeof signal}; it must be an AbortSignal`,
  );
}

/** What an abort may meet without anybody having to hear of it: it was over already. */
const tooLate = new Set(['NOT_RUNNING', 'NOT_FOUND', 'ENGINE_CLOSED']);

let tickets = 0;

/**
 * Submits a request under a signal. Aborted before acceptance: rejects with the signal's reason and nothing starts.
 * Aborted later: the execution or plan is cancelled.
 *
 * The engine hears of the request when the caller's code that runs at this moment has returned: an abort in it is always
 * in time.
 *
 * @param {AbortSignal} signal
 * @param {object} native the NativeEngine
 * @param {(ticket: number) => Promise<string>} submit
 * @returns {Promise<{ id: string, unwatch: () => void }>} `unwatch` is to be called when the execution is over
 */
async function submitUnder(signal, native, submit) {
  if (signal.aborted) throw signal.reason;
  const ticket = ++tickets;
  let id;
  let withdrawn = false;
  const cancel = () => {
    native.cancel(id).catch((error) => {
      if (!tooLate.has(error?.code)) warn(error);
    });
  };
  const unwatch = watchSignal(signal, () => {
    if (id !== undefined) cancel();
    else withdrawn = native.withdraw(ticket);
  });
  native.hold();
  // Not queueMicrotask: those who test with false timers put theirs there, and do not call it.
  Promise.resolve().then(() => native.sendHeld());
  try {
    id = await submit(ticket);
  } catch (error) {
    unwatch();
    throw withdrawn ? signal.reason : error;
  }
  // Aborted after acceptance, but before the id was known here.
  if (signal.aborted) cancel();
  return { id, unwatch };
}

module.exports = { signalIn, submitUnder, watchSignal };
