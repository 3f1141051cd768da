/** An engine's settings, fixed for its life. What is absent has its default. Numbers are whole. */
export interface EngineConfig {
  /** For requests without a `timeout_ms`. Milliseconds, 1 to `max_timeout_ms`, default 300000 or, if that is less, `max_timeout_ms`. */
  default_timeout_ms?: number | undefined;
  /** A request that asks for more is refused. Milliseconds, 1 to 3155760000000, default 3600000. */
  max_timeout_ms?: number | undefined;
  /** false: no line events; everything else the same. Default true. */
  stream_output?: boolean | undefined;
  /** Where logs go, one file per execution. Default `<system temp>/cloudops-executions`; null: no logs. */
  log_dir?: string | null | undefined;
  /** Slots: how many commands run at once. 1 to 100000, default 100. */
  max_concurrent_executions?: number | undefined;
  /** Finished executions kept; at cleanup the oldest beyond it leave. 0 to 10000000, default 1000. */
  max_in_memory_executions?: number | undefined;
  /** How long a finished execution is kept, until the next cleanup. Seconds, 0 to 3155760000, default 3600. */
  execution_retention_secs?: number | undefined;
  /** Start the cleanup task with the engine. Default true. */
  enable_auto_cleanup?: boolean | undefined;
  /** stdout and stderr together, per execution. Bytes, 0 to 512000000, default 10485760. */
  max_output_size_bytes?: number | undefined;
  /**
   * What happens beyond `max_output_size_bytes`. "truncate_with_warning" (default): the first bytes are kept, a warning
   * line is appended, the child goes on. "fail_execution": the tree is terminated, OUTPUT_SIZE_EXCEEDED.
   * "stream_to_file": the rest goes to one file per stream.
   */
  oversized_output_strategy?: OversizedOutputStrategy | undefined;
  /** When all slots are taken: "fail_fast" (default) rejects CONCURRENCY_LIMIT_REACHED, "queue" waits. */
  concurrency_policy?: ConcurrencyPolicy | undefined;
  /** Under "queue": how many may wait; beyond it QUEUE_FULL. 0 to 10000000, default 10000. */
  max_queued_executions?: number | undefined;
  /** Between two runs of the cleanup task. Seconds, 1 to 3155760000, default 60. */
  cleanup_interval_secs?: number | undefined;
  /** Between SIGTERM and SIGKILL. Milliseconds, 0 to 3155760000000, default 5000. */
  kill_grace_period_ms?: number | undefined;
  /**
   * How long a pipe that a descendant still holds after the process exited must be silent before the execution settles.
   * Milliseconds, 0 to 3155760000000, default 250.
   */
  drain_grace_ms?: number | undefined;
  /**
   * Output of all finished executions kept in memory together; beyond it the oldest outputs leave first.
   * Bytes, 0 to 9007199254740991, default 104857600.
   */
  max_in_memory_output_bytes?: number | undefined;
}

/** What happens to output beyond the limit; see `oversized_output_strategy`. */
export type OversizedOutputStrategy = 'truncate_with_warning' | 'fail_execution' | 'stream_to_file';
/** What happens when all slots are taken; see `concurrency_policy`. */
export type ConcurrencyPolicy = 'fail_fast' | 'queue';

/** What `loadConfigFromEnv` can set. */
export type EnvConfig = Pick<
  EngineConfig,
  'default_timeout_ms' | 'max_timeout_ms' | 'stream_output' | 'max_concurrent_executions'
> & { log_dir?: string };

/**
 * Reads EXEC_DEFAULT_TIMEOUT_MS, EXEC_MAX_TIMEOUT_MS, EXEC_MAX_CONCURRENT (whole numbers above 0), EXEC_STREAM_OUTPUT
 * (true, false, 1 or 0) and EXEC_LOG_DIR (a path). Sets only what is present.
 *
 * @param env default `process.env`
 * @throws ValidationError of kind INVALID_VALUE with the variable's name as `field`, for a value that does not parse, an
 *   empty one included
 */
export function loadConfigFromEnv(env?: Readonly<Record<string, string | undefined>>): EnvConfig;
