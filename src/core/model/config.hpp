#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cloudops {

/// What happens once stdout and stderr together exceed Config::max_output_size_bytes.
enum class OversizedOutputStrategy {
  /// The first bytes are kept and a warning line is appended; the child goes on.
  truncate_with_warning,
  /// The tree is terminated and the execution fails with OUTPUT_SIZE_EXCEEDED.
  fail_execution,
  /// The rest goes to one file per stream.
  stream_to_file,
};

/// What happens to a request when every slot is taken.
enum class ConcurrencyPolicy {
  /// It is refused with CONCURRENCY_LIMIT_REACHED.
  fail_fast,
  /// It waits for a slot, by priority.
  queue,
};

/// An engine's settings, canonical. Fixed for the engine's life.
struct Config {
  std::uint64_t default_timeout_ms = 300'000;
  std::uint64_t max_timeout_ms = 3'600'000;
  /// false: no line events; everything else the same.
  bool stream_output = true;
  /// Where logs (one `<id>.log` per execution) and overflow files go; absent: no logs are written, and overflow
  /// files go to default_log_dir().
  std::optional<std::string> log_dir;
  std::size_t max_concurrent_executions = 100;
  /// Finished executions kept; the oldest leave first (at cleanup).
  std::size_t max_in_memory_executions = 1'000;
  std::uint64_t execution_retention_secs = 3'600;
  bool enable_auto_cleanup = true;
  /// stdout and stderr together, per execution.
  std::uint64_t max_output_size_bytes = 10'485'760;
  OversizedOutputStrategy oversized_output_strategy = OversizedOutputStrategy::truncate_with_warning;
  ConcurrencyPolicy concurrency_policy = ConcurrencyPolicy::fail_fast;
  std::size_t max_queued_executions = 10'000;
  std::uint64_t cleanup_interval_secs = 60;
  /// Between SIGTERM and SIGKILL.
  std::uint64_t kill_grace_period_ms = 5'000;
  /// How long a pipe that a descendant holds after the process exited must be silent before the execution settles.
  std::uint64_t drain_grace_ms = 250;
  /// Output of all finished executions kept in memory together; beyond it the oldest outputs leave first.
  std::uint64_t max_in_memory_output_bytes = 104'857'600;
  /// The system's temporary directory as it was at construction; no setting of its own.
  std::string temp_dir = "/tmp";
};

/// The first of TMPDIR, TMP, TEMP and TEMPDIR that is set, if it is a directory, else /tmp; absolute (cli/log_dir.js
/// does the same). Reads the environment: call it only on a thread that may read the environment.
std::string system_temp_dir();
/// `<system temp>/cloudops-executions`.
std::string default_log_dir(const std::string& temp_dir);

}  // namespace cloudops
