#pragma once

#include "core/model/time.hpp"

#include <optional>

namespace cloudops {

enum class CloseMode {
  /// What runs is terminated, what waits is cancelled.
  cancel,
  /// What was accepted is finished first.
  drain,
};

struct CloseOptions {
  CloseMode mode = CloseMode::cancel;
  /// At least 0; more than 100 years are 100 years. drain: after this, go on as cancel. cancel: after this, SIGKILL at
  /// once, or after the kill grace period if that is over first.
  std::optional<Milliseconds> timeout;
};

}  // namespace cloudops
