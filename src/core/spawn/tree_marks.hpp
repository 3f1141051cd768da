#pragma once

#include <sys/resource.h>

#include <cstdint>

namespace cloudops {

/// The limits to give a child (RLIMIT_RTTIME, between fork and exec) so that it and all its descendants carry `mark`.
///
/// In a host that is itself somebody's marked descendant the hard limit stays: it is the outer engine's mark, by which
/// that engine finds us and all that we start. Ours then is the soft limit alone.
constexpr rlimit marked_limits(const rlimit& inherited, std::uint64_t mark) {
  if (inherited.rlim_max != RLIM_INFINITY) return {mark, inherited.rlim_max};
  return {inherited.rlim_cur == RLIM_INFINITY ? mark : inherited.rlim_cur, mark};
}

/// The numbers by which the processes of one execution are told from all others. Owns nothing but numbers; one per
/// engine, on its thread.
///
/// A mark is a value of RLIMIT_RTTIME: inherited by fork, kept by exec, readable from outside by the same user. The
/// kernel counts it only for threads under real-time scheduling, and in microseconds, so a number this large limits
/// nothing.
///
///   bits 56..61  level: 0x3f, or one less than the inherited hard limit has, which an unprivileged process may lower
/// only
///   bits 28..55  random, this engine's
///   bits  0..27  counts executions, never 0, from a random start
class TreeMarks {
 public:
  /// Reads the limit that this process has.
  TreeMarks();
  explicit TreeMarks(const rlimit& inherited);

  /// false: this process was given a real limit on real-time CPU use, which leaves no room for marks.
  bool available() const { return base_ != 0; }

  /// A mark no earlier execution had (they repeat after 2^28); 0 when marks are not available, or no longer: the host
  /// has been given a real limit.
  std::uint64_t next();

  /// Is it one of this engine's, of whatever execution?
  bool mine(std::uint64_t mark) const;

  /// The mark of this engine in a process's limits, or 0.
  std::uint64_t find(const rlimit& limits) const;

 private:
  std::uint64_t base_ = 0;
  std::uint64_t counter_ = 0;
};

}  // namespace cloudops
