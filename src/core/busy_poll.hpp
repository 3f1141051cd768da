#pragma once

#include "core/model/time.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace cloudops {

/// Decides whether a thread that has run out of work looks for more for a moment before it sleeps: only while it pays.
///
/// To wake a thread on an idle processor takes tens of microseconds on a virtual machine. Who runs one command after
/// another is spared that; who does not, costs nothing, because the thread looks only if work came within such a moment
/// the last time it had run out. (Adaptive busy polling, as KVM's halt_poll_ns does it for whole processors.)
class BusyPoll {
 public:
  /// How long it looks at most: enough for a thread to be woken, to take a result, and to ask for the next.
  static constexpr std::chrono::microseconds longest{200};
  /// Between two looks so much passes only where somebody else wants this processor.
  static constexpr std::chrono::milliseconds interruption{1};
  /// For so long it is left to the others then, and twice as long each time that it happens again, up to the longest:
  /// it may have been a moment of the asking thread's own, or somebody who never sleeps.
  static constexpr std::chrono::milliseconds first_respite{4};
  static constexpr std::chrono::seconds longest_respite{1};

  /// The thread is out of work. True: it is to look, as long as is_looking().
  bool begin(SteadyTime now) {
    idle_since_ = last_look_ = now;
    looking_ = came_soon_ && now >= not_before_;
    return looking_;
  }
  bool is_looking() const { return looking_; }
  void found_nothing(SteadyTime now) {
    if (!looking_) return;
    looked(now);
    looking_ = now - *idle_since_ < longest;
  }

  /// Whether the next work is the first since the thread was out of it, and to be reported to came().
  bool is_idle() const { return idle_since_.has_value(); }
  void came(SteadyTime now) {
    if (!idle_since_) return;
    if (looking_ && !looked(now)) respite_ = first_respite;
    came_soon_ = now - *idle_since_ <= longest;
    end();
  }
  /// The thread has work, by another way.
  void end() {
    looking_ = false;
    idle_since_.reset();
  }

 private:
  /// True: others had the processor since the last look.
  bool looked(SteadyTime now) {
    const bool interrupted = now - std::exchange(last_look_, now) >= interruption;
    if (!interrupted) return false;
    not_before_ = now + respite_;
    respite_ = std::min<SteadyTime::duration>(respite_ * 2, longest_respite);
    return true;
  }

  std::optional<SteadyTime> idle_since_;
  SteadyTime last_look_{};
  SteadyTime not_before_{};
  SteadyTime::duration respite_ = first_respite;
  bool looking_ = false;
  bool came_soon_ = false;
};

}  // namespace cloudops
