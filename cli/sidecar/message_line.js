'use strict';

const { longestLine } = require('../../client/line_reader.js');
const { ExecutionError } = require('../../lib/errors.js');

const { errorToWire } = require('./wire_error.js');

const tooLong = 'the output is too large for a message of the sidecar';

/** A message, or the answers to a batch, as JSON. What is too long for a line says so in its place. */
function lineOf(message, longest = longestLine) {
  const text = jsonOf(message, longest);
  if (text !== undefined) return text;
  return Array.isArray(message) ? batchLine(message, longest) : JSON.stringify(instead(message));
}

function batchLine(messages, longest) {
  const texts = messages.map((each) => lineOf(each, longest));
  let length = texts.reduce((sum, text) => sum + text.length + 1, 1);
  // Each fits, but not all of them together: the longest make way.
  const order = [...texts.keys()].sort((a, b) => texts[b].length - texts[a].length);
  for (const i of order) {
    if (length <= longest) break;
    length -= texts[i].length;
    texts[i] = JSON.stringify(instead(messages[i]));
    length += texts[i].length;
  }
  return `[${texts.join(',')}]`;
}

/** undefined: longer than a line may be, or than a string can be. */
function jsonOf(message, longest) {
  try {
    const text = JSON.stringify(message);
    return text.length <= longest ? text : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function instead(message) {
  if (message.method === 'event') return withoutOutput(message);
  return { jsonrpc: '2.0', id: message.id, error: errorToWire(new ExecutionError('SERIALIZATION', tooLong)) };
}

/** The end of an execution is told all the same. */
function withoutOutput(message) {
  const { event } = message.params;
  const { result } = event;
  const bare = { ...result, stdout: '', stderr: '', output_truncated: true, error: result.error ?? tooLong };
  return { ...message, params: { event: { ...event, result: bare } } };
}

module.exports = { lineOf };
