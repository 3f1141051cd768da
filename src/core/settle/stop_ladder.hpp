#pragma once

#include "core/model/time.hpp"

#include <csignal>
#include <optional>
#include <vector>

namespace cloudops {

/// One rung: the signal to the whole tree, and how long to wait for it to be empty before the next rung.
struct StopStep {
  int signal = SIGTERM;
  /// Absent on the last rung: repeated until the tree is empty or the system refuses.
  std::optional<Milliseconds> wait;
};

using StopLadder = std::vector<StopStep>;

/// SIGTERM, the grace period, SIGKILL until nothing is left.
inline StopLadder graceful_stop(Milliseconds grace) { return {{SIGTERM, grace}, {SIGKILL, std::nullopt}}; }
/// SIGKILL until nothing is left.
inline StopLadder immediate_stop() { return {{SIGKILL, std::nullopt}}; }

/// How long SIGKILL is repeated while the system refuses to end a process, before it is reported as a survivor.
inline constexpr Milliseconds kill_patience{2000};

}  // namespace cloudops
