import type { AwsCliCommand, Command, ExecCommand, ExecutionRequest, ScriptCommand, ShellCommand } from './request';

/** A request as the builders make it: its command is of one known type. A plain object; apart from the values of a template and `options` nothing has been checked yet. */
export interface RequestOf<C extends Command> extends ExecutionRequest {
  command: C;
}

/** What a request has beside its command. */
export type RequestOptions = Omit<ExecutionRequest, 'command'>;

export interface ShellOptions extends RequestOptions {
  /** As in ShellCommand. With values in the template it must be one that quotes as POSIX sh does: sh, bash, dash, ash, ksh, mksh. */
  shell?: string | undefined;
}

export interface ScriptOptions extends RequestOptions {
  /** As in ScriptCommand. */
  interpreter?: string | null | undefined;
}

export interface AwsCliOptions extends RequestOptions {
  /** As in AwsCliCommand. */
  profile?: string | null | undefined;
  /** As in AwsCliCommand. */
  region?: string | null | undefined;
}

/** What can stand in a template: one word, or an array for several. Numbers must be finite. */
export type ShellValue = string | number | bigint | readonly (string | number | bigint)[];

/** Quotes its values and makes a request. */
export type ShellTag = (template: TemplateStringsArray, ...values: readonly ShellValue[]) => RequestOf<ShellCommand>;

/**
 * A request for a shell line: shell`rm -- ${file}`. Each value reaches its command as exactly one word, each item of an
 * array as one, whatever is in it; a value may stand in the template's quotes as well. Escapes are JavaScript's: `\\`
 * for a backslash, `\${x}` for the shell's own expansion. What the program then does with a variable that holds a value
 * is the program's own affair: `eval`, `[[ $x -eq 1 ]]` and `$((x))` run what it says.
 *
 * @throws ValidationError WRONG_TYPE for a value that is no text; INVALID_COMMAND for a NUL byte, and for a place where
 *   quoting does not help (a comment, ` `, a here-document, arithmetic, [[ ]], a subscript, ${…}, $( ) in double quotes).
 *   `field` is `values[0]`, or `values[0][2]` for an item.
 */
export function shell(template: TemplateStringsArray, ...values: readonly ShellValue[]): RequestOf<ShellCommand>;
/** The tag with the rest of the request: shell({ timeout_ms: 500 })`make ${target}`. */
export function shell(options: ShellOptions): ShellTag;

/**
 * A request that runs a program: no shell, no interpolation.
 * @throws ValidationError for options that are no object or hold a `command`
 */
export function exec(program: string, args?: readonly string[], options?: RequestOptions): RequestOf<ExecCommand>;

/**
 * A request that runs a script file.
 * @throws ValidationError for options that are no object or hold a `command`
 */
export function script(path: string, args?: readonly string[], options?: ScriptOptions): RequestOf<ScriptCommand>;

/**
 * A request that runs `aws service operation args…`.
 * @throws ValidationError for options that are no object or hold a `command`
 */
export function awsCli(
  service: string,
  operation: string,
  args?: readonly string[],
  options?: AwsCliOptions,
): RequestOf<AwsCliCommand>;
