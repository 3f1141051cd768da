'use strict';

const { ExecutionError, ValidationError } = require('../lib/errors.js');

const { SidecarEngine } = require('./sidecar_engine.js');

// What bundlers for browsers get: nothing here needs Node, and the transport is always the caller's.
module.exports = { SidecarEngine, ExecutionError, ValidationError };
