'use strict';

const { ValidationError } = require('../../lib/errors.js');

/** Bytes in JSON are `{ "base64": "…" }`, wherever the engine takes or gives them; text stays text. */
const bytesToWire = (bytes) => ({ base64: bytes.toString('base64') });

const isWireBytes = (value) => typeof value === 'object' && value !== null && 'base64' in value;

/** What the engine is to get for a value that may be bytes; anything else stays as it is, for the engine to judge. */
function bytesFromWire(value, field) {
  if (!isWireBytes(value)) return value;
  const text = value.base64;
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw new ValidationError('INVALID_VALUE', `${field}.base64`, `${field}.base64 must be base64 with padding`);
  }
  return Buffer.from(text, 'base64');
}

/** A request with the bytes of its stdin as bytes. */
function requestFromWire(request, path = '') {
  if (!isWireBytes(request?.stdin?.data)) return request;
  return { ...request, stdin: { ...request.stdin, data: bytesFromWire(request.stdin.data, `${path}stdin.data`) } };
}

/** A plan likewise. */
function planFromWire(plan) {
  if (!Array.isArray(plan?.commands)) return plan;
  return { ...plan, commands: plan.commands.map((each, i) => requestFromWire(each, `commands[${i}].`)) };
}

module.exports = { bytesFromWire, bytesToWire, planFromWire, requestFromWire };
