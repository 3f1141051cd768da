#pragma once

#include "core/model/time.hpp"

#include <algorithm>

namespace cloudops {

/// How long to wait before what the system was short of is asked for again: 5 ms, twice as long each time, 500 at most.
class BackOff {
 public:
  Milliseconds next() { return pause_ = std::clamp(pause_ * 2, Milliseconds(5), Milliseconds(500)); }
  void reset() { pause_ = Milliseconds(0); }

 private:
  Milliseconds pause_{0};
};

}  // namespace cloudops
