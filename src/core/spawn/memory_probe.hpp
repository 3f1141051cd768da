#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>

namespace cloudops {

/// The most memory that any one process of a command had resident. Engine thread only.
///
/// What waitid reports is not it: Linux carries the peak of the memory that a process leaves behind at exec into its
/// own figure, and a child of ours starts on the host's memory. So waitid is believed only when it says more than the
/// host ever had; below that, the peaks of the leader and its living descendants are looked at from time to time, and a
/// process that grew and ended between two looks is missed. For a command too short for a few looks, or that hardly had
/// the processor, it is estimated from its page faults too.
class MemoryProbe {
 public:
  /// Right after the start.
  void begin(pid_t leader);
  /// Looks at the leader and its descendants (a bounded number of them).
  void look();
  std::uint64_t peak_bytes(const rusage& usage) const;

 private:
  void look_at(pid_t pid, pid_t parent, int& left);

  pid_t leader_ = 0;
  std::uint64_t host_peak_bytes_ = 0;
  std::uint64_t seen_bytes_ = 0;
  int looks_ = 0;
};

}  // namespace cloudops
