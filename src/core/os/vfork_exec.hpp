#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>

namespace cloudops {

/// Everything the child needs, prepared before it exists: between clone and exec nothing may allocate or lock.
struct ExecPlan {
  const char* executable = nullptr;
  char* const* argv = nullptr;
  char* const* envp = nullptr;
  /// nullptr: stays where the host is.
  const char* working_dir = nullptr;
  /// Become 0, 1 and 2; every other descriptor is closed.
  int stdin_fd = -1;
  int stdout_fd = -1;
  int stderr_fd = -1;
  /// The three are below this number, a multiple of 64: the child need not copy descriptors from there on. 0: it copies
  /// the host's whole table.
  int copy_below = 0;
  /// The child's RLIMIT_RTTIME, which marks it and all its descendants (see TreeMarks); nullptr: as inherited.
  const struct rlimit* rttime_limit = nullptr;
  /// The host has a terminal, or may have one.
  bool has_terminal = true;
  /// The child's time slice in nanoseconds; 0: the calling thread's.
  std::uint64_t time_slice_ns = 0;
};

struct ExecOutcome {
  /// The child, or -1.
  pid_t pid = -1;
  /// A close-on-exec pidfd of the child, owned by the caller; -1 on failure. -errno: the child runs, but no pidfd of it
  /// was to be had.
  int pidfd = -1;
  /// The errno of what failed, 0 on success.
  int error = 0;
  /// The step that failed: "clone", "chdir", "exec", …
  const char* step = "";
};

/// Starts a program as the leader of a new process group, without the host's terminal, with default signal
/// dispositions, an empty signal mask, descriptors 0, 1 and 2 only, and a SIGKILL when the calling thread dies.
///
/// Shares the host's memory until exec (CLONE_VM | CLONE_VFORK), so the cost does not grow with the host; only the
/// calling thread waits. A failed exec is reported here, and that child is already reaped.
ExecOutcome vfork_exec(const ExecPlan& plan);

}  // namespace cloudops
