// The same module state as `require('cloudops-execution-engine')`, with names that `import` can see.

import engine from './index.js';

export const {
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
} = engine;
export default engine;
