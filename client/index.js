'use strict';

const { ExecutionError, ValidationError } = require('../lib/errors.js');

const { SidecarEngine: BareEngine } = require('./sidecar_engine.js');
const { SpawnTransport } = require('./spawn_transport.js');

/** In Node the transport need not be given: the sidecar of this package is started. */
class SidecarEngine extends BareEngine {
  constructor(config, options) {
    super(config, { ...options, transport: options?.transport ?? new SpawnTransport(options?.command) });
  }
}

module.exports = { SidecarEngine, SpawnTransport, ExecutionError, ValidationError };
