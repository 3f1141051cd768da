'use strict';

const { loadConfigFromEnv } = require('./config.js');
const { ExecutionEngine } = require('./engine.js');
const { ExecutionError, ValidationError } = require('./errors.js');
const { ConsoleHandler, JsonLinesHandler } = require('./handlers.js');
const { awsCli, exec, script } = require('./requests.js');
const { shell } = require('./shell.js');

module.exports = {
  ExecutionEngine,
  ExecutionError,
  ValidationError,
  ConsoleHandler,
  JsonLinesHandler,
  loadConfigFromEnv,
  shell,
  exec,
  script,
  awsCli,
};
