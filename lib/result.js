'use strict';

/**
 * An execution's result from its values: the native side has one call per property otherwise, and in each V8 looks up
 * the name and the object's next shape. Written out, because that is what V8 makes quickly from the first call on.
 *
 * The values come in the order in which the native side has them, those of `resource_usage` in its place; undefined
 * when there is none.
 */
const makeResult = (
  id,
  status,
  success,
  exit_code,
  signal,
  stdout,
  stderr,
  output_lossy,
  stdout_bytes,
  stderr_bytes,
  output_truncated,
  output_incomplete,
  stdout_overflow_file,
  stderr_overflow_file,
  duration,
  duration_ms,
  started_at,
  completed_at,
  log_path,
  error,
  termination,
  user_cpu_ms,
  system_cpu_ms,
  max_rss_bytes,
  metadata,
) => ({
  id,
  status,
  success,
  exit_code,
  signal,
  stdout,
  stderr,
  output_lossy,
  stdout_bytes,
  stderr_bytes,
  output_truncated,
  output_incomplete,
  stdout_overflow_file,
  stderr_overflow_file,
  duration,
  duration_ms,
  started_at,
  completed_at,
  log_path,
  error,
  termination,
  resource_usage: user_cpu_ms === undefined ? null : { user_cpu_ms, system_cpu_ms, max_rss_bytes },
  metadata,
});

module.exports = { makeResult };
