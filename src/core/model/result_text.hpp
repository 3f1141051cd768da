#pragma once

#include "core/model/result.hpp"

#include <chrono>
#include <string>

namespace cloudops {

/// What a result's `stdout` and `stderr` say: the bytes kept as valid UTF-8, with the warning of a truncated stream.
struct ResultText {
  std::string stdout_text;
  std::string stderr_text;
  /// A byte had to be replaced by U+FFFD.
  bool lossy = false;
};

/// The `error` of a failed event: the result's own, or how the process ended.
std::string failure_sentence(const ExecutionResult& result);

/// Milliseconds, with microseconds behind the point.
inline double to_fractional_ms(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1000.0;
}

}  // namespace cloudops
