#include "core/spawn/tree_marks.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace cloudops {
namespace {

constexpr unsigned level_shift = 56;
constexpr unsigned nonce_shift = 28;
constexpr std::uint64_t top_level = 0x3f;
constexpr std::uint64_t counter_mask = (std::uint64_t{1} << nonce_shift) - 1;
constexpr std::uint64_t random_mask = (std::uint64_t{1} << level_shift) - 1;

static_assert(sizeof(rlim_t) == sizeof(std::uint64_t), "a mark needs 64-bit resource limits");

rlimit own_limits() {
  rlimit limits{RLIM_INFINITY, RLIM_INFINITY};
  ::getrlimit(RLIMIT_RTTIME, &limits);
  return limits;
}

std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) == static_cast<ssize_t>(sizeof bits)) return bits;
  // Kernels before 3.17, and sandboxes. Marks must differ between engines; they need not be secret.
  const auto now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  return (now ^ (static_cast<std::uint64_t>(::getpid()) << 32)) * 0x9e3779b97f4a7c15ULL;
}

std::uint64_t level_below(rlim_t hard_limit) {
  if (hard_limit == RLIM_INFINITY) return top_level;
  const std::uint64_t level = hard_limit >> level_shift;
  return level == 0 ? 0 : std::min(level - 1, top_level);
}

}  // namespace

TreeMarks::TreeMarks() : TreeMarks(own_limits()) {}

TreeMarks::TreeMarks(const rlimit& inherited) {
  // Level 0 is not used: without it the random bits alone could make a number small enough to be a real limit.
  const std::uint64_t level = level_below(inherited.rlim_max);
  if (level == 0) return;
  const std::uint64_t random = random_bits() & random_mask;
  base_ = (level << level_shift) | (random & ~counter_mask);
  counter_ = random & counter_mask;
}

std::uint64_t TreeMarks::next() {
  if (!available()) return 0;
  counter_ = (counter_ + 1) & counter_mask;
  if (counter_ == 0) counter_ = 1;
  const std::uint64_t mark = base_ | counter_;
  // The host may have got a real limit meanwhile, as for real-time audio.
  const rlim_t highest = own_limits().rlim_max;
  return highest == RLIM_INFINITY || highest >= mark ? mark : 0;
}

bool TreeMarks::mine(std::uint64_t mark) const {
  return available() && (mark & ~counter_mask) == base_ && (mark & counter_mask) != 0;
}

std::uint64_t TreeMarks::find(const rlimit& limits) const {
  if (mine(limits.rlim_max)) return limits.rlim_max;
  return mine(limits.rlim_cur) ? limits.rlim_cur : 0;
}

}  // namespace cloudops
