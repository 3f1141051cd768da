#pragma once

#include "core/os/unique_fd.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace cloudops {

struct GuardProcess {
  pid_t pid = -1;
  /// A close-on-exec pidfd; none before Linux 5.2.
  UniqueFd exit_watch;
  /// 0, or the errno of the last way that was tried.
  int error = 0;
};

/// Starts the helper with `pipe_end` as 0 and `table` as 1 (both above 2), from memory, or, where that is forbidden,
/// from a file that lives for a moment in a private directory under `temp_dir`, /dev/shm or /tmp. `time_slice_ns` as in
/// ExecPlan.
GuardProcess launch_guard(int pipe_end, int table, const std::string& temp_dir, std::uint64_t time_slice_ns);

/// A close-on-exec memory file, above 2; -1 and errno on failure.
UniqueFd make_memory_file(const char* name, bool executable);

}  // namespace cloudops
