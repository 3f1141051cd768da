'use strict';

const { derivedConfig } = require('./config.js');
const { ExecutionError } = require('./errors.js');

/** One per process, and per worker thread: each loads its own copy of this module. */
let globalEngine;

/** The same configuration, one after another. */
const serially = (config) => ({ ...config, max_concurrent_executions: 1, concurrency_policy: 'queue' });

/** @param {(config: object) => object} make */
function makeSerial(make, config) {
  // An engine of its own says whether the configuration is allowed, also in what does not count here.
  make(config).close();
  return make(derivedConfig(config, serially));
}

/**
 * Makes the global engine. It runs serially, whatever the configuration says about that.
 * @param {(config: object) => object} make
 * @param {object} [config]
 */
function initGlobal(make, config) {
  if (globalEngine !== undefined) {
    throw new ExecutionError(
      'ALREADY_INITIALIZED',
      'the global engine exists already; get it with ExecutionEngine.global()',
    );
  }
  globalEngine = makeSerial(make, config);
  return globalEngine;
}

function getGlobal() {
  if (globalEngine !== undefined) return globalEngine;
  throw new ExecutionError('NOT_INITIALIZED', 'there is no global engine; make it with ExecutionEngine.initGlobal()');
}

module.exports = { initGlobal, getGlobal, makeSerial };
