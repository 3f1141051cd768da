'use strict';

// Not the global one, which is asked for by a getter.
const process = require('node:process');
const { types } = require('node:util');
const { isMainThread } = require('node:worker_threads');

/** A worker's `process.env` is an object of its own, and so are Bun's and Deno's. */
const mayBeTheSystems = isMainThread && process.versions.bun === undefined && process.versions.deno === undefined;
const probe = 'CLOUDOPS_ENVIRONMENT_PROBE';

/** The `process.env` last looked at, and whether what is written to it goes to the system. */
let looked;
let isTheSystems = false;

/** Whether `process.env` is the system's environment, so that the native side can tell by itself when it changes. */
function environmentIsTheSystems() {
  const env = process.env;
  if (env !== looked) {
    looked = env;
    isTheSystems = mayBeTheSystems && writesThrough(env);
  }
  return isTheSystems;
}

/**
 * Node's own object refuses what no environment can hold; a copy that was put in its place (by Jest, say) takes it, unless
 * it is frozen or sealed, as Node's own cannot be.
 */
function writesThrough(env) {
  if (types.isProxy(env) || !Object.isExtensible(env)) return false;
  try {
    Object.defineProperty(env, probe, { value: '', enumerable: false, configurable: true, writable: true });
  } catch {
    return true;
  }
  delete env[probe];
  return false;
}

/**
 * All of `process.env` as `NAME=value\0` after `NAME=value\0`. Read here and not in native code: only this thread may
 * look at it.
 */
function environmentBlock() {
  const env = process.env;
  let block = '';
  // ownKeys, unlike Object.keys, does not ask the system about every name a second time.
  for (const name of Reflect.ownKeys(env)) {
    // What was put in the place of Node's own object may hold what no environment can.
    if (typeof name === 'symbol') continue;
    const value = env[name];
    // Absent by now: a worker that shares the environment deleted it.
    if (value !== undefined) block += upToNul(name) + '=' + upToNul(String(value)) + '\0';
  }
  return block;
}

/** As the system takes it. */
const upToNul = (text) => (text.includes('\0') ? text.slice(0, text.indexOf('\0')) : text);

module.exports = { environmentIsTheSystems, environmentBlock };
