#include "core/model/time.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace cloudops {

WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string to_rfc3339(WallTime time) {
  // By hand: this is done for every event, and gmtime_r and printf take a lock, a look at the locale and microseconds.
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<Milliseconds>(time - day));
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&text](std::size_t last, auto number) {
    for (auto left = static_cast<unsigned long>(number); left > 0; left /= 10)
      text[last--] += static_cast<char>(left % 10);
  };
  put(3, static_cast<int>(date.year()));
  put(6, static_cast<unsigned>(date.month()));
  put(9, static_cast<unsigned>(date.day()));
  put(12, clock.hours().count());
  put(15, clock.minutes().count());
  put(18, clock.seconds().count());
  put(22, clock.subseconds().count());
  return text;
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
