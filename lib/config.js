'use strict';

const { ValidationError } = require('./errors.js');
const { whatElse } = require('./plain_object.js');

const shown = (value) => (typeof value === 'string' ? JSON.stringify(value) : String(value));

function positiveInteger(name, text) {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(number) && number > 0) return number;
  const allowed = `a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`;
  throw new ValidationError('INVALID_VALUE', name, `${name} is ${shown(text)}; it must be ${allowed}`);
}

function boolean(name, text) {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new ValidationError('INVALID_VALUE', name, `${name} is ${shown(text)}; it must be true, false, 1 or 0`);
}

function path(name, text) {
  if (typeof text === 'string' && text !== '') return text;
  throw new ValidationError('INVALID_VALUE', name, `${name} is ${shown(text)}; it must be the path of a directory`);
}

const variables = [
  ['EXEC_DEFAULT_TIMEOUT_MS', 'default_timeout_ms', positiveInteger],
  ['EXEC_MAX_TIMEOUT_MS', 'max_timeout_ms', positiveInteger],
  ['EXEC_STREAM_OUTPUT', 'stream_output', boolean],
  ['EXEC_LOG_DIR', 'log_dir', path],
  ['EXEC_MAX_CONCURRENT', 'max_concurrent_executions', positiveInteger],
];

/**
 * What the environment says about an engine's configuration: only the settings whose variable is present.
 * @param {Record<string, string | undefined>} [env]
 * @returns {object} for the constructor of ExecutionEngine
 * @throws {ValidationError} INVALID_VALUE, with the variable's name as `field`, for a value that does not parse
 */
function loadConfigFromEnv(env = process.env) {
  if (typeof env !== 'object' || env === null) {
    throw new ValidationError('WRONG_TYPE', 'env', `env is ${shown(env)}; it must be an object such as process.env`);
  }
  const config = {};
  for (const [name, setting, parse] of variables) {
    if (env[name] !== undefined) config[setting] = parse(name, env[name]);
  }
  return config;
}

/**
 * The configuration that `derive` makes of another one (absent and null: of none). What is no configuration stays as it
 * is, for the engine to refuse.
 */
const derivedConfig = (config, derive) =>
  config === undefined || config === null || whatElse(config) === undefined ? derive(config) : config;

module.exports = { derivedConfig, loadConfigFromEnv };
