'use strict';

const { ExecutionError } = require('./errors.js');

/**
 * What `call` answers. An error of the engine is made where the answer comes in, which says nothing of who asked: its
 * stack begins anew with the code that waits for this promise.
 * @template T
 * @param {() => T | Promise<T>} call
 * @returns {Promise<T>} rejects with what `call` throws, too
 */
async function answer(call) {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ExecutionError) Error.captureStackTrace?.(error, answer);
    throw error;
  }
}

module.exports = { answer };
