'use strict';

/**
 * The environment of the calling thread at this moment, as `NAME=value\0` after `NAME=value\0`. Read here and not in
 * native code: in a worker `process.env` is an object of its own, and only its thread may look at it.
 */
function environmentBlock() {
  const env = process.env;
  let block = '';
  // ownKeys, unlike Object.keys, does not ask the system about every name a second time.
  for (const name of Reflect.ownKeys(env)) {
    const value = env[name];
    // Absent by now: a worker that shares the environment deleted it.
    if (value !== undefined) block += name + '=' + value + '\0';
  }
  return block;
}

module.exports = { environmentBlock };
