#include "core/memory_watch.hpp"

#include <algorithm>

namespace cloudops {
namespace {

/// The first look at a command, and by how much any look may be late.
constexpr Milliseconds beat{4};
constexpr Milliseconds longest_pause{1000};
/// A look takes some 25 µs.
constexpr std::chrono::microseconds pause_per_command{500};
constexpr int looks_per_beat = beat / pause_per_command;

}  // namespace

MemoryWatch::Place MemoryWatch::add(MemoryProbe& probe) {
  const SteadyTime now = SteadyTime::clock::now();
  const Place place = watched_.insert(watched_.end(), {&probe, {}, beat});
  place->due = due_after(now, beat);
  if (!timer_.pending() || place->due + beat < aimed_at_) aim(now);
  return place;
}

SteadyTime MemoryWatch::due_after(SteadyTime now, SteadyTime::duration pause) const {
  return now + std::max<SteadyTime::duration>(pause, pause_per_command * watched_.size());
}

void MemoryWatch::aim(SteadyTime now) {
  if (watched_.empty()) return;
  const auto sooner = [](const Watched& one, const Watched& other) { return one.due < other.due; };
  aimed_at_ = std::max(std::min_element(watched_.begin(), watched_.end(), sooner)->due, now + beat);
  timer_.start(aimed_at_ - now, [this] { look(); });
}

void MemoryWatch::look() {
  const SteadyTime now = SteadyTime::clock::now();
  int left = looks_per_beat;
  for (auto at = watched_.begin(); at != watched_.end() && left > 0;) {
    const Place place = at++;
    if (place->due > now) continue;
    --left;
    place->probe->look();
    place->pause = std::min<SteadyTime::duration>(place->pause * 5 / 4, longest_pause);
    place->due = due_after(now, place->pause);
    // Behind those who have not had their turn yet.
    watched_.splice(watched_.end(), watched_, place);
  }
  aim(SteadyTime::clock::now());
}

}  // namespace cloudops
