#include "core/model/time.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

namespace cloudops {

WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string to_rfc3339(WallTime time) {
  const auto since_epoch = std::chrono::floor<Milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const std::time_t clock = seconds.count();
  std::tm parts{};
  gmtime_r(&clock, &parts);
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                   parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                                   parts.tm_sec, static_cast<int>((since_epoch - seconds).count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string to_humantime(std::chrono::microseconds duration) {
  constexpr std::array<std::pair<long long, const char*>, 5> units{
      {{86'400'000, "day"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}, {1, "ms"}}};
  long long left = std::chrono::duration_cast<Milliseconds>(duration).count();
  std::string text;
  for (const auto& [size, name] : units) {
    const long long count = left / size;
    left %= size;
    if (count == 0) continue;
    if (!text.empty()) text += ' ';
    text += std::to_string(count) + name;
    if (size == 86'400'000 && count > 1) text += 's';
  }
  return text.empty() ? "0s" : text;
}

}  // namespace cloudops
