'use strict';

const { loadConfigFromEnv } = require('./config.js');
const { ExecutionEngine } = require('./engine.js');
const { ExecutionError, ValidationError } = require('./errors.js');
const { ConsoleHandler, JsonLinesHandler } = require('./handlers.js');

module.exports = {
  ExecutionEngine,
  ExecutionError,
  ValidationError,
  ConsoleHandler,
  JsonLinesHandler,
  loadConfigFromEnv,
};
