#pragma once

#include "core/model/byte_buffer.hpp"
#include "core/model/error.hpp"
#include "core/model/output_stream.hpp"
#include "core/model/request.hpp"
#include "core/model/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cloudops {

enum class ExecutionStatus { pending, running, completed, failed, cancelled, timeout };

/// "pending", "running", …
std::string_view to_string(ExecutionStatus status);
inline bool is_terminal(ExecutionStatus status) { return status > ExecutionStatus::running; }

enum class TerminationCause { timeout, cancel, output_limit, shutdown };
std::string_view to_string(TerminationCause cause);

struct SentSignal {
  /// "SIGTERM".
  std::string signal;
  /// Since the execution started.
  std::uint64_t at_ms = 0;
};

/// How the engine ended an execution that did not end by itself.
struct Termination {
  TerminationCause cause = TerminationCause::cancel;
  std::vector<SentSignal> signals;
  /// Pids that the system refused to let us kill.
  std::vector<std::int32_t> survivors;
};

/// Of the process and those of its descendants it waited for.
struct ResourceUsage {
  double user_cpu_ms = 0;
  double system_cpu_ms = 0;
  std::uint64_t max_rss_bytes = 0;
};

/// What one of a command's two streams brought.
struct StreamOutput {
  /// The bytes captured, in the order written. Text (with U+FFFD for what is not UTF-8) is made on the way out.
  ByteBuffer kept;
  /// Those are known to be below 0x80, all of them; whoever reads the text need not look at megabytes again.
  bool ascii = false;
  /// Appended to the text of a truncated stream: one line that names both numbers. Empty: not truncated.
  std::string warning;
  /// Bytes the process wrote, kept or not.
  std::uint64_t written = 0;
  std::optional<std::string> overflow_file;
};

/// What became of one execution. Immutable once it is in a shared_ptr<const>.
struct ExecutionResult {
  Uuid id{};
  ExecutionStatus status = ExecutionStatus::failed;
  /// -1 when a signal ended it or it never started.
  std::int32_t exit_code = -1;
  /// "SIGKILL"; absent when it exited by itself or never started.
  std::optional<std::string> signal;
  StreamOutput out;
  StreamOutput err;
  bool output_truncated = false;
  /// A descendant still held a pipe when the execution was settled.
  bool output_incomplete = false;
  std::chrono::microseconds duration{0};
  WallTime started_at{};
  WallTime completed_at{};
  std::optional<std::string> log_path;
  /// A sentence: why it did not complete, or what went wrong beside it (a log that could not be written).
  std::optional<std::string> error;
  std::optional<Termination> termination;
  std::optional<ResourceUsage> resource_usage;
  std::optional<ExecutionMetadata> metadata;

  StreamOutput& of(OutputStream stream) { return stream == OutputStream::out ? out : err; }
  const StreamOutput& of(OutputStream stream) const { return stream == OutputStream::out ? out : err; }

  bool success() const { return status == ExecutionStatus::completed && exit_code == 0; }
};

using ResultPtr = std::shared_ptr<const ExecutionResult>;

/// What a waiter gets: always the result, and the error with which `waitForCompletion` rejects, if any
/// (SPAWN_FAILED, OUTPUT_SIZE_EXCEEDED).
struct Outcome {
  ResultPtr result;
  std::optional<Error> error;
};

/// One row of a listing.
struct ExecutionSummary {
  Uuid id{};
  ExecutionStatus status = ExecutionStatus::pending;
  WallTime started_at{};
  /// Absent until it has finished.
  std::optional<std::chrono::microseconds> duration;
  std::string command;
  std::optional<ExecutionMetadata> metadata;
};

/// Counts of the executions an engine knows; kept as they change.
struct ExecutionStats {
  std::uint64_t total = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t timeout = 0;
  std::uint64_t running = 0;
  std::uint64_t pending = 0;
};

struct ConcurrencyMetrics {
  std::uint64_t max_concurrent = 0;
  std::uint64_t currently_running = 0;
  std::uint64_t currently_pending = 0;
  std::uint64_t available_slots = 0;
};

}  // namespace cloudops
