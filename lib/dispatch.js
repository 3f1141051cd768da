'use strict';

// At load, and not the global one: those who test with false timers put theirs there, and do not call it.
const { setImmediate } = require('node:timers');
const { keys } = Object;

const { environmentBlock } = require('./environment.js');
const { errorFromNative } = require('./errors.js');
const { OutputChunk } = require('./output_chunk.js');
const { makeResult } = require('./result.js');
const { terminalEvent } = require('./terminal_event.js');

/**
 * What the native side calls on the JavaScript thread. Turns its batches into events for the subscribers and feeds the
 * iterators.
 *
 * @param {object} parts
 * @param {import('./subscribers.js').Subscribers} parts.subscribers
 * @param {import('./feeds.js').Feeds} parts.feeds
 * @param {(id: string) => void} parts.onFinished called before the terminal event goes out
 * @param {() => object} parts.native the NativeEngine; it does not exist yet when the hooks are made
 */
function makeHooks({ subscribers, feeds, onFinished, native }) {
  return {
    error: errorFromNative,
    result: makeResult,
    object: () => ({}),
    array: (length) => new Array(length),
    keys,
    environment: environmentBlock,

    /** There is more than fits into one turn of the event loop. */
    drainLater() {
      setImmediate(() => native().drain());
    },

    warning(sentence) {
      process.emitWarning(sentence, 'ExecutionEngineWarning');
    },

    started(id, command, timestamp) {
      if (!subscribers.want('started') && !feeds.has(id)) return;
      const event = { event_type: 'started', execution_id: id, command, timestamp };
      subscribers.deliver(event);
      feeds.event(id, event);
    },

    /** @returns {boolean} false: an iterator still holds it, and it will be acknowledged later */
    output(id, stream, text, firstSeq, lineCount, partial, timestamp, bytes, newlines) {
      if (subscribers.want(stream)) {
        if (partial) {
          const event = { event_type: stream, execution_id: id, line: text, timestamp, seq: firstSeq, partial: true };
          subscribers.deliver(event);
        } else {
          subscribers.deliverLines(stream, id, text, firstSeq, lineCount, timestamp, newlines);
        }
      }
      if (!feeds.has(id)) return true;
      return feeds.output(new OutputChunk(id, stream, text, firstSeq, lineCount, partial, timestamp, bytes));
    },

    finished(id, status, timestamp) {
      onFinished(id);
      const event =
        subscribers.want(status) || feeds.wantTerminal(id)
          ? terminalEvent(id, status, timestamp, native().currentResult())
          : undefined;
      if (event !== undefined) subscribers.deliver(event);
      feeds.finish(id, event);
    },

    progress(planId, completed, total, currentCommand, timestamp) {
      if (!subscribers.want('progress')) return;
      subscribers.deliver({
        event_type: 'progress',
        plan_id: planId,
        completed,
        total,
        current_command: currentCommand,
        timestamp,
      });
    },
  };
}

module.exports = { makeHooks };
