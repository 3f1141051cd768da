#include "core/spawn/guard_launch.hpp"

#include "core/os/child_stack.hpp"
#include "core/os/clone_process.hpp"
#include "core/os/time_slice.hpp"
#include "core/os/uninstrumented.hpp"
#include "guard_image.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 16U
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif

namespace cloudops {
namespace {

bool write_image(int fd) {
  for (std::size_t done = 0; done < sizeof guard_image;) {
    const ssize_t count = ::write(fd, guard_image + done, sizeof guard_image - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

UniqueFd image_in_memory() {
  UniqueFd file = make_memory_file("cloudops-guard", true);
  if (file && !write_image(file.get())) file.reset();
  return file;
}

/// The file and its directory are gone when this returns; the descriptor is all that is left.
UniqueFd image_in(const std::string& parent) {
  std::string directory = parent + "/cloudops-guard-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) return {};
  const std::string path = directory + "/guard";
  UniqueFd image;
  {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0700));
    // fchmod: the host's umask may have taken the permission to execute.
    if (file && write_image(file.get()) && ::fchmod(file.get(), 0700) == 0)
      image = above_stdio(UniqueFd(::open(path.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW)));
  }
  const int error = errno;
  ::unlink(path.c_str());
  ::rmdir(directory.c_str());
  errno = error;
  return image;
}

struct ChildContext {
  int image;
  int pipe_end;
  int table;
  std::uint64_t time_slice_ns;
  int error;
};

CLOUDOPS_UNINSTRUMENTED int run_child(void* argument) {
  auto* context = static_cast<ChildContext*>(argument);
  if (context->time_slice_ns != 0) exchange_time_slice(context->time_slice_ns);
  const char name[] = "cloudops-guard";
  const char* const argv[] = {name, nullptr};
  const char* const envp[] = {nullptr};
  // Signals stay blocked over exec: neither Ctrl-C nor a SIGTERM to the group may end the helper before us.
  if (::syscall(SYS_dup3, context->pipe_end, 0, 0) == 0 && ::syscall(SYS_dup3, context->table, 1, 0) == 1)
    ::syscall(SYS_execveat, context->image, "", argv, envp, AT_EMPTY_PATH);
  context->error = errno;
  return 127;
}

void collect(pid_t pid) {
  while (::waitpid(pid, nullptr, __WALL) < 0 && errno == EINTR) {
  }
}

GuardProcess start(const UniqueFd& image, int pipe_end, int table, std::uint64_t time_slice_ns) {
  GuardProcess process;
  ChildContext context{image.get(), pipe_end, table, time_slice_ns, 0};
  const ChildStack stack;
  if (!stack) {
    process.error = ENOMEM;
    return process;
  }
  // No signal handler of the host, nor libc's own two, may run in the child while it borrows the host's memory.
  const std::uint64_t all = ~std::uint64_t{0};
  std::uint64_t before = 0;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
  int pidfd = -1;
  process.pid = clone_process(run_child, stack.end(), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &context, &pidfd);
  process.error = process.pid < 0 ? errno : context.error;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, nullptr, sizeof before);

  process.exit_watch.reset(pidfd);
  if (process.pid > 0 && process.error != 0) {
    collect(process.pid);
    process.pid = -1;
    process.exit_watch.reset();
  }
  return process;
}

/// A child that another thread forked a moment ago may still hold the file open for writing.
GuardProcess start_patiently(const UniqueFd& image, int pipe_end, int table, std::uint64_t time_slice_ns) {
  for (int attempt = 0;; ++attempt) {
    GuardProcess process = start(image, pipe_end, table, time_slice_ns);
    if (process.error != ETXTBSY || attempt == 20) return process;
    const timespec millisecond{0, 1'000'000};
    ::nanosleep(&millisecond, nullptr);
  }
}

}  // namespace

UniqueFd make_memory_file(const char* name, bool executable) {
  const unsigned kind = executable ? MFD_EXEC : MFD_NOEXEC_SEAL;
  int fd = static_cast<int>(::syscall(SYS_memfd_create, name, MFD_CLOEXEC | kind));
  // Kernels before 6.3 know neither kind.
  if (fd < 0 && errno == EINVAL) fd = static_cast<int>(::syscall(SYS_memfd_create, name, MFD_CLOEXEC));
  return above_stdio(UniqueFd(fd));
}

GuardProcess launch_guard(int pipe_end, int table, const std::string& temp_dir, std::uint64_t time_slice_ns) {
  GuardProcess process;
  const auto attempt = [&](const UniqueFd& image) {
    process.error = errno;
    if (image) process = start_patiently(image, pipe_end, table, time_slice_ns);
    return process.pid > 0;
  };
  if (attempt(image_in_memory())) return process;
  for (const std::string& parent : {temp_dir, std::string("/dev/shm"), std::string("/tmp")})
    if (!parent.empty() && attempt(image_in(parent))) return process;
  return process;
}

}  // namespace cloudops
