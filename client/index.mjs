// The same module state as `require('cloudops-execution-engine/sidecar')`, with names that `import` can see.

import sidecar from './index.js';

export const { SidecarEngine, SpawnTransport, ExecutionError, ValidationError } = sidecar;
