#pragma once

#include <functional>
#include <string>
#include <vector>

namespace cloudops::instructions {

/// One hot path. Preparing is not counted; each run of `work` is.
struct HotPath {
  std::string name;
  /// What one repetition does, for the table: "a line of 80 bytes".
  std::string unit;
  /// Repetitions in one run.
  unsigned count = 1;
  std::function<void()> work;
};

/// Every path, ready to run. What they need stays alive as long as they do. The inputs are fixed, so that the same
/// program executes the same instructions.
std::vector<HotPath> hot_paths();

}  // namespace cloudops::instructions
