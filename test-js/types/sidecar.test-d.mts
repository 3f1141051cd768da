// Checked by the compiler, never run: `tsc --noEmit -p test-js/types`.

import { expectTypeOf } from 'expect-type';

import { ExecutionEngine, type EngineConfig, type ExecutionResult } from 'cloudops-execution-engine';
import { SidecarEngine, SpawnTransport, type SidecarInfo, type Transport } from 'cloudops-execution-engine/sidecar';

// ---- callers switch by one line ----

const config: EngineConfig = { max_concurrent_executions: 4 };
async function caller(engine: ExecutionEngine): Promise<ExecutionResult> {
  engine.on('stdout', (event) => expectTypeOf(event.event_type).toEqualTypeOf<'stdout'>());
  return engine.run({ command: { type: 'exec', program: 'true' } });
}
await caller(new ExecutionEngine(config));
await caller(new SidecarEngine(config));

// ---- what is its own ----

await using engine = new SidecarEngine();
expectTypeOf(engine.ready).resolves.toEqualTypeOf<SidecarInfo>();
expectTypeOf(SidecarEngine.initGlobal(config)).toEqualTypeOf<SidecarEngine>();
new SidecarEngine(config, { command: ['cloudops-exec', 'sidecar'] });
new SidecarEngine(config, { transport: new SpawnTransport() });

const transport: Transport = { start: ({ line }) => line('{}'), send: () => {}, close: () => {} };
new SidecarEngine(config, { transport });
// @ts-expect-error a transport must be able to end the other side
new SidecarEngine(config, { transport: { start: () => {}, send: () => {} } });
// @ts-expect-error a misspelt setting
new SidecarEngine({ maxConcurrentExecutions: 4 });
