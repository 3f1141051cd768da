#pragma once

#include "core/model/environment.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cloudops {

/// All that is needed to start a child, with every name looked up. Made by resolve_launch, read by spawn/.
struct LaunchSpec {
  /// Absolute.
  std::string executable;
  /// argv[0] is the name as the caller gave it.
  std::vector<std::string> argv;
  ChildEnvironment env;
  /// Absolute; empty: the host's.
  std::string working_dir;
  /// Absolute. Absent: stdin is not a file.
  std::optional<std::string> stdin_file;
  /// Absolute. Absent: the request names no log of its own.
  std::optional<std::string> log_path;
};

}  // namespace cloudops
