'use strict';

const kindOf = (value) => Object.prototype.toString.call(value);

/** A Map, a Set, a Headers: what is in them is not in fields. */
const isForeign = (value) =>
  !Array.isArray(value) && Object.keys(value).length === 0 && kindOf(value) !== '[object Object]';

/**
 * What JSON has no word for would arrive as null, as nothing or as an empty object, and so as "the default". As text it is
 * refused, like any other value of the wrong type.
 */
function asFarAsJsonGoes(_key, value) {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'function':
    case 'symbol':
      return `[object ${typeof value}]`;
    case 'object':
      return value !== null && isForeign(value) ? kindOf(value) : value;
    default:
      return value;
  }
}

/** @throws {TypeError} for a bigint, and for what contains itself */
const jsonText = (value) => JSON.stringify(value, asFarAsJsonGoes);

module.exports = { jsonText };
