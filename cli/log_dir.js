'use strict';

const { statSync } = require('node:fs');
const { resolve } = require('node:path');

const { loadConfigFromEnv } = require('../lib/config.js');

/**
 * The engine's own rule, which is that of C++ and not of os.tmpdir(): the first of these that is set, even to nothing,
 * and /tmp when that is no directory. See `system_temp_dir` in src/core/model/config.cpp.
 */
const variables = ['TMPDIR', 'TMP', 'TEMP', 'TEMPDIR'];

function systemTempDir() {
  const name = variables.find((each) => process.env[each] !== undefined);
  return name !== undefined && isDirectory(process.env[name]) ? process.env[name] : '/tmp';
}

function isDirectory(path) {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Where an engine with the same environment and options writes its logs. */
function logDirOf(options) {
  return options.logDir ?? loadConfigFromEnv().log_dir ?? resolve(systemTempDir(), 'cloudops-executions');
}

module.exports = { logDirOf };
