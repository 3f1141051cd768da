#pragma once

#include "core/model/time.hpp"

#include <algorithm>

namespace cloudops {

/// How long to wait before the next try: twice as long each time. By default for what the system is short of.
class BackOff {
 public:
  explicit BackOff(Milliseconds first = Milliseconds(5), Milliseconds longest = Milliseconds(500))
      : first_(first), longest_(longest) {}
  Milliseconds next() { return pause_ = std::clamp(pause_ * 2, first_, longest_); }
  /// The next pause is the first one again.
  void reset() { pause_ = Milliseconds(0); }

 private:
  Milliseconds first_;
  Milliseconds longest_;
  Milliseconds pause_{0};
};

}  // namespace cloudops
