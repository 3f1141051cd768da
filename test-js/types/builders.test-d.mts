// Checked by the compiler, never run: `tsc --noEmit -p test-js/types`.

import { expectTypeOf } from 'expect-type';

import {
  ExecutionEngine,
  awsCli,
  exec,
  script,
  shell,
  type AwsCliCommand,
  type ExecCommand,
  type ExecutionPlan,
  type ExecutionRequest,
  type RequestOf,
  type ScriptCommand,
  type ShellCommand,
  type ShellTag,
} from 'cloudops-execution-engine';

// ---- each gives a request of its own type, which any caller of the engine takes ----

expectTypeOf(exec('ls', ['-l'] as const, { timeout_ms: 5 })).toEqualTypeOf<RequestOf<ExecCommand>>();
expectTypeOf(script('a.sh', [], { interpreter: null, env: { A: 'b' } })).toEqualTypeOf<RequestOf<ScriptCommand>>();
expectTypeOf(awsCli('s3', 'ls', undefined, { region: 'x' })).toEqualTypeOf<RequestOf<AwsCliCommand>>();
expectTypeOf(shell`ls ${'a'} ${1} ${2n} ${['b', 3] as const}`).toEqualTypeOf<RequestOf<ShellCommand>>();
expectTypeOf(shell({ timeout_ms: 500, shell: 'sh' })).toEqualTypeOf<ShellTag>();
expectTypeOf(shell({ metadata: { source: 'x' } })`ls`).toEqualTypeOf<RequestOf<ShellCommand>>();
expectTypeOf<RequestOf<ExecCommand>>().toExtend<ExecutionRequest>();

await using engine = new ExecutionEngine();
await engine.run(exec('ls'));
const plan: ExecutionPlan = {
  description: 'x',
  strategy: { type: 'serial' },
  commands: [shell`ls`, awsCli('s3', 'ls')],
};

// ---- the command is known without asking, and narrows when it has become any request ----

expectTypeOf(exec('ls').command.program).toBeString();
expectTypeOf(script('a').command.interpreter).toEqualTypeOf<string | null | undefined>();
const any: ExecutionRequest = shell`ls` as ExecutionRequest;
if (any.command.type === 'shell') expectTypeOf(any.command).toEqualTypeOf<ShellCommand>();
const either = Math.random() < 0.5 ? shell`ls` : exec('ls');
if (either.command.type === 'exec') expectTypeOf(either.command).toEqualTypeOf<ExecCommand>();
else expectTypeOf(either.command).toEqualTypeOf<ShellCommand>();

// ---- what is refused when it runs is refused before ----

const maybe = process.env['HOME'];
// @ts-expect-error it may be undefined
shell`ls ${maybe}`;
// @ts-expect-error null is no word
shell`ls ${null}`;
// @ts-expect-error neither is an object
shell`ls ${{ path: 'a' }}`;
// @ts-expect-error a boolean is most likely a mistake
shell`ls ${true}`;
// @ts-expect-error a request is no word
shell`ls ${shell`ls`}`;
// @ts-expect-error not a tag's argument
shell('ls');
// @ts-expect-error the function makes the command
shell({ command: { type: 'shell', command: 'ls' } });
// @ts-expect-error arguments are an array
exec('ls', '-l');
// @ts-expect-error a misspelt option
exec('ls', [], { timeoutMs: 5 });
// @ts-expect-error an option of another command
exec('ls', [], { region: 'x' });
// @ts-expect-error a script has no profile
script('a.sh', [], { profile: 'x' });

export { plan };
