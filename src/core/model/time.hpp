#pragma once

#include <chrono>
#include <string>

namespace cloudops {

/// Wall-clock time, only for what a person reads. Every wait and every duration uses SteadyTime.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

WallTime wall_now();

/// RFC 3339 in UTC with milliseconds: "2026-01-31T09:05:07.042Z".
std::string to_rfc3339(WallTime time);

/// As the humantime crate prints a duration, cut to whole milliseconds: "2s 500ms", "1h 3m", "0s".
std::string to_humantime(std::chrono::microseconds duration);

}  // namespace cloudops
