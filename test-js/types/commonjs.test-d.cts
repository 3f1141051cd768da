// The same declarations in a CommonJS module, where the package is resolved as for `require`.

import { ExecutionEngine, shell } from 'cloudops-execution-engine';

export const engine: ExecutionEngine = new ExecutionEngine();
export const id: Promise<string> = engine.execute({ command: { type: 'shell', command: 'true' } });
export const request: Promise<string> = engine.execute(shell`ls ${1}`);
