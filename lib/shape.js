'use strict';

/**
 * A function that makes objects which all have these properties, in this order. The native side has one call per
 * property otherwise, and in each V8 looks up the name and the object's next shape.
 *
 * @param {string[]} names
 * @returns {(...values: unknown[]) => object}
 */
function shapeOf(names) {
  const model = Object.fromEntries(names.map((name) => [name, undefined]));
  return (...values) => {
    const made = { ...model };
    for (let i = 0; i < names.length; i++) made[names[i]] = values[i];
    return made;
  };
}

module.exports = { shapeOf };
