#pragma once

#include "core/model/time.hpp"
#include "core/os/unique_fd.hpp"
#include "core/os/vfork_exec.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cloudops {

struct PipeEnds {
  UniqueFd read_end;
  UniqueFd write_end;
};

struct WaitOutcome {
  /// The pid, 0 when it has not ended yet, or -errno.
  pid_t pid = 0;
  /// As wait4 gives it.
  int status = 0;
  struct rusage usage {};
};

/// Every call by which an execution touches the kernel, so that a test can make the n-th one fail.
/// Called on the engine thread, or before it starts, but for what says otherwise. Errors come back as -errno.
class System {
 public:
  virtual ~System() = default;

  /// A pipe, both ends close-on-exec. Returns 0 or -errno.
  virtual int pipe(PipeEnds& ends);
  /// A close-on-exec descriptor of an existing file for reading, or -errno. Never waits for a FIFO's writer.
  virtual int open_for_reading(const char* path);
  virtual ExecOutcome spawn(const ExecPlan& plan);
  /// Another descriptor of the same thing, close-on-exec and above 2, or -errno.
  virtual int duplicate(int fd);
  virtual ssize_t read(int fd, void* buffer, std::size_t size);
  virtual ssize_t write(int fd, const void* data, std::size_t size);
  /// To a file, which takes as long as its disk. Called on the thread of a FileWriter too.
  virtual ssize_t write_file(int fd, std::string_view bytes);
  /// Moves up to `size` bytes from one descriptor to another without copying them; one of the two is a pipe.
  virtual ssize_t splice(int from, int to, std::size_t size);
  /// Bytes that wait in a pipe.
  virtual std::size_t bytes_waiting(int fd);
  /// Whether our child has ended, which leaves it a zombie: 1 or 0. -ECHILD: it is not, or no longer, ours to collect.
  virtual int has_ended(pid_t pid);
  /// How that child ended, if it has, which leaves it a zombie. Asked by its pidfd, which is never another process's;
  /// the number serves where there is none, or it cannot be waited for (before Linux 5.4).
  virtual WaitOutcome peek(int pidfd, pid_t pid);
  /// Collects it if it has ended; does not wait.
  virtual WaitOutcome reap(int pidfd, pid_t pid);
  virtual SteadyTime now();

  // Files: logs, overflow files, their directories, /proc. Those that return int and promise nothing else return 0.

  /// As openat; `mode` counts for a file that is made. A descriptor.
  virtual int open_at(int dir, const char* path, int flags, mode_t mode);
  virtual int status_of(int fd, struct stat& status);
  /// A symbolic link is not followed.
  virtual int status_at(int dir, const char* path, struct stat& status);
  /// Also of a descriptor that was opened by O_PATH.
  virtual int change_mode(int fd, mode_t mode);
  /// Cuts a file to no bytes.
  virtual int make_empty(int fd);
  virtual int unlink_at(int dir, const char* name);
  virtual int make_directory(const char* path, mode_t mode);
  /// The descriptor is gone whatever this returns. Called on the thread of a FileWriter too.
  virtual int close(int fd);
  /// The next entries of a directory, as getdents64 writes them; how many bytes, 0 after the last one.
  virtual ssize_t list(int dir, void* entries, std::size_t size);
  /// The next list() begins with the first entry.
  virtual int rewind(int dir);

  // Processes of any tree.

  /// RLIMIT_RTTIME, which holds the mark of a tree.
  virtual int rttime_limits(pid_t pid, struct rlimit& limits);
  virtual pid_t group_of(pid_t pid);
  /// A pidfd.
  virtual int open_process(pid_t pid);
  virtual int signal_process(int pidfd, int signal);
  /// For one process: never 0 or less.
  virtual int kill(pid_t pid, int signal);
  /// For a process group, by its leader's pid.
  virtual int kill_group(pid_t leader, int signal);
};

/// The one that talks to the kernel. Stateless.
System& real_system();

}  // namespace cloudops
