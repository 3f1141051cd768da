/** One command to run. Anything not allowed rejects with a ValidationError before anything is started. */
export interface ExecutionRequest {
  /** UUID in the 8-4-4-4-12 form, in either case. Default: a new version 4 UUID. It becomes the execution id. */
  id?: string | undefined;
  command: Command;
  /**
   * Added to the inherited environment, and wins over it. Names must not be empty or hold `=` or NUL; a value that is
   * undefined changes nothing: an inherited variable stays. To be without one, `inherit_env: false`.
   */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** false: the child gets only `env`. Default true: `process.env` as it is when `execute` is called. */
  inherit_env?: boolean | undefined;
  /**
   * An existing directory. Default: the one that the host is in when the command starts. A host that calls
   * `process.chdir` says it here; relative paths are looked up from it too.
   */
  working_dir?: string | null | undefined;
  /**
   * Whole milliseconds from the start attempt, at least 1 and at most the engine's `max_timeout_ms`.
   * Default: the engine's `default_timeout_ms`.
   */
  timeout_ms?: number | null | undefined;
  /**
   * This execution's log goes to this file instead of into the engine's `log_dir`. A relative path begins at the
   * directory that the host is in when the command starts, not at `working_dir`. Folders on the way are made.
   */
  output_log_path?: string | null | undefined;
  /** Default: empty (`/dev/null`), so nothing ever waits for a terminal. */
  stdin?: Stdin | null | undefined;
  /**
   * Safe integer; a higher one leaves the queue first, and goes first of what is ready in a plan; first in first out
   * within one priority. Default 0.
   */
  priority?: number | undefined;
  /** The caller's notes; echoed in the result and the summary. */
  metadata?: ExecutionMetadata | null | undefined;
}

/** What to run; told apart by `type`. */
export type Command = ShellCommand | ExecCommand | ScriptCommand | AwsCliCommand;

/** `shell -c command`. */
export interface ShellCommand {
  type: 'shell';
  command: string;
  /** A path, or a name looked up in the child's PATH. Default `bash`. */
  shell?: string | undefined;
}

/** A program with its arguments: no shell, no interpolation. */
export interface ExecCommand {
  type: 'exec';
  /** A name looked up in the child's PATH, or a path; one with a slash is relative to `working_dir`. */
  program: string;
  /** Default: none. */
  args?: readonly string[] | undefined;
}

/** A script file. */
export interface ScriptCommand {
  type: 'script';
  /** Relative to `working_dir`. */
  path: string;
  /** Default: what the script's shebang line names, else bash. */
  interpreter?: string | null | undefined;
  /** Default: none. */
  args?: readonly string[] | undefined;
}

/** `aws service operation args…`, with JSON output and without a pager. */
export interface AwsCliCommand {
  type: 'aws_cli';
  service: string;
  operation: string;
  /** Default: none. */
  args?: readonly string[] | undefined;
  /**
   * Sets AWS_PROFILE. The CLI prefers keys in the environment (AWS_ACCESS_KEY_ID) to it: where the host has some, say
   * `args: ['--profile', name]`, which it prefers to both.
   */
  profile?: string | null | undefined;
  /** Sets AWS_REGION. */
  region?: string | null | undefined;
}

/** What the child reads; told apart by `type`. */
export type Stdin = StdinData | StdinFile | StdinPipe;

/** Exactly these bytes (a string as UTF-8), then the end. */
export interface StdinData {
  type: 'data';
  data: string | Uint8Array;
}

/** A file, opened by the engine. */
export interface StdinFile {
  type: 'file';
  /** Relative to `working_dir`. */
  path: string;
}

/** What `writeStdin` sends, until `closeStdin`. */
export interface StdinPipe {
  type: 'pipe';
}

/** The caller's own notes about an execution or a plan. */
export interface ExecutionMetadata {
  source?: string | null | undefined;
  conversation_id?: string | null | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
}

/** For the calls that submit work. */
export interface ExecuteOptions {
  /**
   * Aborted before acceptance: the call rejects with the signal's reason and nothing starts. The code that made the call
   * is always in time, until it returns to the event loop or awaits something. Aborted later: the same as `cancel`.
   */
  signal?: AbortSignal | null | undefined;
}
