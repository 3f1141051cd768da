'use strict';

const { ExecutionError } = require('../lib/errors.js');
const { kindOf } = require('../lib/plain_object.js');

/**
 * The name of the one property of an object that stands for a value JSON has no word for. The other side makes a value of
 * the same kind of it again, so that the engine refuses it in its own words.
 */
const tag = '$cloudops:kind';
/** More than the engine looks into. */
const deepest = 1000;

/**
 * A value as JSON can say it: of an object what its own properties hold, as the engine reads it, without toJSON.
 * @throws {ExecutionError} SERIALIZATION for what contains itself; what a getter throws
 */
function toWire(value, depth = 0) {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : { [tag]: String(value) };
    case 'bigint':
    case 'function':
    case 'symbol':
      return { [tag]: typeof value };
    case 'object':
      return value === null ? null : objectToWire(value, depth);
    default:
      return value;
  }
}

function objectToWire(value, depth) {
  if (depth > deepest) {
    throw new ExecutionError('SERIALIZATION', 'the call cannot be written as JSON: it contains itself, or is too deep');
  }
  if (Array.isArray(value)) {
    return Array.from(value, (each) => (each === undefined ? { [tag]: 'undefined' } : toWire(each, depth + 1)));
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return { [tag]: kindOf(value) };
  const keys = Object.keys(value);
  // What is in a Map, a Date or the like is not in fields.
  if (keys.length === 0 && kindOf(value) !== 'Object') return { [tag]: kindOf(value) };
  return Object.fromEntries(keys.map((key) => [key, toWire(value[key], depth + 1)]));
}

const binaryKinds = (
  'ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array ' +
  'Float32Array Float64Array BigInt64Array BigUint64Array'
).split(' ');

const kinds = {
  NaN: () => NaN,
  Infinity: () => Infinity,
  '-Infinity': () => -Infinity,
  undefined: () => undefined,
  bigint: () => 0n,
  function: () => () => {},
  symbol: () => Symbol('sidecar'),
  ...Object.fromEntries(binaryKinds.map((name) => [name, () => new globalThis[name](new ArrayBuffer(0))])),
};

/** For JSON.parse: the values that toWire could not say. */
function reviver(_key, value) {
  const kind = typeof value === 'object' && value !== null ? value[tag] : undefined;
  if (typeof kind !== 'string') return value;
  return Object.hasOwn(kinds, kind)
    ? kinds[kind]()
    : {
        get [Symbol.toStringTag]() {
          return kind;
        },
      };
}

module.exports = { reviver, toWire };
