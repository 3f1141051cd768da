#pragma once

#include "core/os/system.hpp"

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>

namespace cloudops {

/// What /proc/<pid>/stat says about one process.
struct ProcessStat {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  /// Clock ticks since boot.
  std::uint64_t started = 0;
  bool stopped = false;
  /// All its threads have ended; only its exit status is left.
  bool zombie = false;
};

/// One of a list of all processes.
struct ListedProcess {
  pid_t pid = 0;
  /// Of its directory in /proc: tells it from a later process with the same number. 0: not known.
  std::uint64_t inode = 0;
};

/// Whether an open /proc has the numbers that processes have for us. It does not where a sandbox made a pid namespace
/// and kept the /proc of the one outside.
bool shows_this_process(int proc);

/// `proc` is an open /proc. Visits every process in it, within microseconds of its being listed (some live no longer)
/// and the newest first, as far as that goes, until `visit` says false. false when not all were visited. Needs no other
/// descriptor.
bool for_each_process(System& system, int proc, const std::function<bool(const ListedProcess&)>& visit);

/// Absent: it has ended (errno ENOENT or ESRCH), or it cannot be read (another errno: no descriptor left).
std::optional<ProcessStat> read_process(System& system, int proc, pid_t pid);

/// A process's RLIMIT_RTTIME as /proc/<pid>/limits shows it to everybody, where prlimit refuses because its user or
/// group is another. 0, or -errno. The guard (src/guard/guard.c) has the same rules, for want of a C++ library.
int read_rttime_limits(System& system, int proc, pid_t pid, struct rlimit& limits);

}  // namespace cloudops
