#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>

namespace cloudops {

/// The most memory that this process ever had resident. To ask the kernel takes longer the more threads there are; it
/// never falls, so what was once heard goes on saying something. One per engine; engine thread only.
class HostPeak {
 public:
  std::uint64_t as_last_heard() const { return heard_bytes_; }
  std::uint64_t now();

 private:
  std::uint64_t heard_bytes_ = 0;
};

/// The most memory that any one process of a command had resident. Engine thread only.
///
/// What waitid reports is not it: Linux carries the peak of the memory that a process leaves behind at exec into its
/// own figure, and a child of ours starts on the host's memory. So waitid is believed only when it says more than the
/// host ever had; below that, the peaks of the leader and its living descendants are looked at from time to time, and a
/// process that grew and ended between two looks is missed. For a command too short for a few looks, or that hardly had
/// the processor, it is estimated from its page faults too.
class MemoryProbe {
 public:
  /// Right after the start. `host` outlives this.
  void begin(pid_t leader, HostPeak& host);
  /// Looks at the leader and its descendants (a bounded number of them).
  void look();
  std::uint64_t peak_bytes(const rusage& usage) const;

 private:
  void look_at(pid_t pid, pid_t parent, int& left);
  bool may_be_the_hosts(std::uint64_t reported) const;

  pid_t leader_ = 0;
  HostPeak* host_ = nullptr;
  /// No more than at the start; since the first look, no less.
  std::uint64_t host_peak_bytes_ = 0;
  std::uint64_t seen_bytes_ = 0;
  int looks_ = 0;
};

}  // namespace cloudops
