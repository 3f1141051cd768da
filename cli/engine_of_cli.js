'use strict';

const { loadConfigFromEnv } = require('../lib/config.js');
const { ExecutionEngine } = require('../lib/engine.js');

/** About a hundred years: what the engine accepts at most. */
const noLimit = 3_155_760_000_000;

/**
 * An engine for one invocation: what the EXEC_* variables say, the settings of the command line over it; with line
 * events, which are all that is shown, and no housekeeping, since it ends with the invocation.
 */
function makeEngine(settings) {
  return new ExecutionEngine({ ...loadConfigFromEnv(), ...settings, stream_output: true, enable_auto_cleanup: false });
}

/**
 * Settings under which a request may ask for any timeout, and without one a command that a person started is not ended
 * for being slow: unless EXEC_MAX_TIMEOUT_MS or EXEC_DEFAULT_TIMEOUT_MS say so.
 */
function withoutTimeLimits() {
  const { max_timeout_ms = noLimit, default_timeout_ms = max_timeout_ms } = loadConfigFromEnv();
  return { default_timeout_ms, max_timeout_ms };
}

module.exports = { makeEngine, withoutTimeLimits };
