// Checked by the compiler, never run: `tsc --noEmit -p test-js/types`.

import { expectTypeOf } from 'expect-type';

import whole, {
  ConsoleHandler,
  ExecutionEngine,
  ExecutionError,
  JsonLinesHandler,
  ValidationError,
  loadConfigFromEnv,
  type CompletedEvent,
  type EngineConfig,
  type EventHandler,
  type ExecutionEvent,
  type ExecutionPlan,
  type ExecutionRequest,
  type ExecutionResult,
  type ExecutionStatus,
  type LifecycleEvent,
  type OutputLine,
  type PlanExecutionResult,
  type ProgressEvent,
  type ValidationKind,
} from 'cloudops-execution-engine';

// ---- the default export is what `require` gives ----

expectTypeOf(whole).toEqualTypeOf<typeof import('../../typings/index.js')>();
expectTypeOf(whole.ExecutionEngine).toEqualTypeOf<typeof ExecutionEngine>();
// @ts-expect-error no such thing in it
whole.Engine;

// ---- calls ----

({ command: { type: 'shell', command: 'env' }, env: process.env, inherit_env: false }) satisfies ExecutionRequest;
expectTypeOf(new ExecutionError('IO', 'no').cause).toEqualTypeOf<unknown>();
await using engine = new ExecutionEngine({ ...loadConfigFromEnv(), log_dir: null });
new ExecutionEngine(loadConfigFromEnv({ EXEC_LOG_DIR: '/tmp' }));
expectTypeOf(ExecutionEngine.initGlobal({ stream_output: false })).toEqualTypeOf<ExecutionEngine>();
expectTypeOf(ExecutionEngine.global()).toEqualTypeOf<ExecutionEngine>();

const request: ExecutionRequest = { command: { type: 'exec', program: 'git', args: ['status'] as const } };
expectTypeOf(engine.execute(request, { signal: AbortSignal.timeout(5) })).resolves.toBeString();
expectTypeOf(engine.run(request)).resolves.toEqualTypeOf<ExecutionResult>();
expectTypeOf(engine.getStatus('id')).resolves.toEqualTypeOf<ExecutionStatus>();
expectTypeOf(engine.readOutput('id', 'stderr')).resolves.toEqualTypeOf<Buffer>();
expectTypeOf(engine.getLogPath('id')).toBeString();
expectTypeOf(engine.cleanup()).resolves.toBeNumber();
expectTypeOf(engine.waitForPlan('id')).resolves.toEqualTypeOf<PlanExecutionResult>();
expectTypeOf(engine.close({ mode: 'drain', timeout_ms: 5 })).resolves.toBeVoid();

// ---- requests narrow by `type` ----

expectTypeOf<ExecutionRequest['command']['type']>().toEqualTypeOf<'shell' | 'exec' | 'script' | 'aws_cli'>();
export function program(command: ExecutionRequest['command']): string {
  switch (command.type) {
    case 'shell':
      return command.command;
    case 'exec':
      return command.program;
    case 'script':
      return command.path;
    case 'aws_cli':
      return command.service;
  }
}
const stdin: ExecutionRequest = { ...request, stdin: { type: 'data', data: new Uint8Array(3) } };
// @ts-expect-error a misspelt field
const misspelt: ExecutionRequest = { ...request, timeoutMs: 5 };
// @ts-expect-error the field of another command
const mixed: ExecutionRequest = { command: { type: 'exec', command: 'ls' } };
// @ts-expect-error no such policy
const policy: EngineConfig = { concurrency_policy: 'wait' };

const plan: ExecutionPlan = {
  description: 'two steps',
  strategy: { type: 'dependency_graph', dependencies: { 1: [0] }, max_concurrency: null },
  commands: [request, stdin],
};
expectTypeOf(engine.executePlan(plan, {})).resolves.toBeString();

// ---- events narrow by `event_type`, and by name ----

export function text(event: ExecutionEvent): string {
  switch (event.event_type) {
    case 'started':
      return event.command;
    case 'stdout':
    case 'stderr':
      return `${event.seq} ${event.line} ${event.partial === true}`;
    case 'failed':
      return event.error;
    case 'progress':
      return event.current_command ?? event.plan_id;
    case 'completed':
    case 'timeout':
    case 'cancelled':
      return event.result.stdout;
  }
}

engine.on('completed', (event) => expectTypeOf(event).toEqualTypeOf<CompletedEvent>());
engine.once('progress', (event) => expectTypeOf(event).toEqualTypeOf<ProgressEvent>());
engine.addListener('stderr', (event) => expectTypeOf(event.event_type).toEqualTypeOf<'stderr'>());
engine.on('event', (event) => expectTypeOf(event).toEqualTypeOf<ExecutionEvent>());
engine.on('handlerError', (error, event) => {
  expectTypeOf(error).toBeUnknown();
  expectTypeOf(event).toEqualTypeOf<ExecutionEvent>();
});
engine.on('stdout', async () => undefined).off('stdout', () => 1);
// @ts-expect-error no such event
engine.on('stdrr', () => undefined);
// @ts-expect-error the wrong payload
engine.emit('stdout', { line: 'x' });

const handler: EventHandler = { onEvent: async (event) => event.timestamp };
expectTypeOf(engine.addEventHandler(handler)).toEqualTypeOf<() => void>();
engine.addEventHandler(new ConsoleHandler({ out: process.stderr }));
engine.addEventHandler(new JsonLinesHandler('/tmp/events.jsonl'));
// @ts-expect-error not a handler
engine.addEventHandler(() => undefined);

// ---- iterators ----

for await (const event of engine.events('id')) {
  expectTypeOf(event).toEqualTypeOf<LifecycleEvent>();
  expectTypeOf(event.execution_id).toBeString();
}
for await (const line of engine.lines('id')) expectTypeOf(line).toEqualTypeOf<OutputLine>();
expectTypeOf(engine.events('id')).toExtend<AsyncIterable<ExecutionEvent>>();

// ---- errors ----

try {
  await engine.run(request);
} catch (error) {
  if (error instanceof ValidationError) {
    expectTypeOf(error.kind).toEqualTypeOf<ValidationKind>();
    expectTypeOf(error.code).toEqualTypeOf<'VALIDATION'>();
  } else if (error instanceof ExecutionError && error.code === 'SPAWN_FAILED') {
    expectTypeOf(error.errno).toEqualTypeOf<string | undefined>();
    expectTypeOf(error.result).toEqualTypeOf<ExecutionResult | undefined>();
  }
}

export { misspelt, mixed, policy };
