'use strict';

const isSignal = (value) => typeof value.aborted === 'boolean' && typeof value.addEventListener === 'function';

/** As Object.prototype.toString has it: "Object", "Map". */
const kindOf = (value) => Object.prototype.toString.call(value).slice('[object '.length, -1);

/**
 * What a value is in the place of an object with fields, in words; undefined: it is one. A Map or the like has no fields
 * either, and what is in it would be lost without a word.
 */
function whatElse(value) {
  if (value === null) return 'null';
  if (typeof value !== 'object') return `of type ${typeof value}`;
  if (Array.isArray(value)) return 'an array';
  if (isSignal(value)) return 'an AbortSignal';
  if (typeof value.abort === 'function') return 'an AbortController';
  const kind = kindOf(value);
  return kind === 'Object' || Object.keys(value).length > 0 ? undefined : `a ${kind}`;
}

module.exports = { isSignal, kindOf, whatElse };
