#include "core/os/vfork_exec.hpp"

#include "core/os/child_stack.hpp"
#include "core/os/clone_process.hpp"
#include "core/os/time_slice.hpp"
#include "core/os/uninstrumented.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>

// For headers of older kernels.
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1)
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace cloudops {
namespace {

constexpr const char* copying = "close_range";

struct ChildContext {
  const ExecPlan* plan = nullptr;
  /// The child has the host's own table of descriptors, until it takes a copy of its beginning.
  bool shares_table = false;
  int error = 0;
  const char* step = "";
};

/// What rt_sigaction takes; only sa_handler matters here. The kernel's signal set has 64 bits.
struct KernelSigaction {
  void (*handler)(int) = SIG_DFL;
  unsigned long flags = 0;
  void (*restorer)() = nullptr;
  unsigned long mask = 0;
};

CLOUDOPS_UNINSTRUMENTED void close_from_three() {
  if (::syscall(SYS_close_range, 3U, UINT_MAX, 0U) == 0) return;
  // Kernels before 5.9: read the list of open descriptors. The directory's own descriptor is closed last.
  const long directory = ::syscall(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory < 0) return;
  struct Entry {
    std::uint64_t inode;
    std::int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[1];
  };
  alignas(Entry) char buffer[2048];
  for (;;) {
    const long size = ::syscall(SYS_getdents64, directory, buffer, sizeof buffer);
    if (size <= 0) break;
    bool closed = false;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
      at += entry->length;
      long fd = 0;
      const char* digit = entry->name;
      for (; *digit >= '0' && *digit <= '9'; ++digit) fd = fd * 10 + (*digit - '0');
      if (*digit != '\0' || fd < 3 || fd == directory) continue;
      ::syscall(SYS_close, fd);
      closed = true;
    }
    // Closing while listing may skip entries: begin again until a pass closes nothing.
    if (closed) ::syscall(SYS_lseek, directory, 0L, SEEK_SET);
  }
  ::syscall(SYS_close, directory);
}

/// With no terminal there is none to wait for: who reads from one in the background is stopped. Not by a session of its
/// own, of which the kernel makes a scheduling group (sched_autogroup): a hundred commands at once started at 0.93
/// times the rate.
CLOUDOPS_UNINSTRUMENTED void leave_terminal() {
  const long terminal = ::syscall(SYS_openat, AT_FDCWD, "/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
  if (terminal < 0) return;
  ::syscall(SYS_ioctl, terminal, TIOCNOTTY, 0);
  ::syscall(SYS_close, terminal);
}

CLOUDOPS_UNINSTRUMENTED int fail(ChildContext* context, const char* step) {
  context->error = errno;
  context->step = step;
  return 127;
}

CLOUDOPS_UNINSTRUMENTED int run_child(void* argument) {
  auto* context = static_cast<ChildContext*>(argument);
  const ExecPlan& plan = *context->plan;

  // First of all: this thread's short slices have brought it here soon, and are not meant for the program. A change
  // counts as a new turn, so that a later one would put off the exec for which the engine waits.
  if (plan.time_slice_ns != 0) exchange_time_slice(plan.time_slice_ns);

  // Before anything that changes a descriptor.
  if (context->shares_table && ::syscall(SYS_close_range, plan.copy_below, UINT_MAX, CLOSE_RANGE_UNSHARE) != 0)
    return fail(context, copying);

  const KernelSigaction by_default;
  for (int signal = 1; signal <= 64; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    ::syscall(SYS_rt_sigaction, signal, &by_default, nullptr, sizeof by_default.mask);
  }
  if (::syscall(SYS_setpgid, 0, 0) != 0) return fail(context, "setpgid");
  if (plan.has_terminal) leave_terminal();
  ::syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (plan.rttime_limit != nullptr && ::syscall(SYS_prlimit64, 0, RLIMIT_RTTIME, plan.rttime_limit, nullptr) != 0)
    return fail(context, "prlimit");
  if (plan.working_dir != nullptr && ::syscall(SYS_chdir, plan.working_dir) != 0) return fail(context, "chdir");

  // The three sources are all above 2 (the caller sees to it), so no dup can overwrite one that is still needed.
  const int sources[3] = {plan.stdin_fd, plan.stdout_fd, plan.stderr_fd};
  for (int target = 0; target < 3; ++target)
    if (::syscall(SYS_dup3, sources[target], target, 0) != target) return fail(context, "dup3");
  close_from_three();

  const unsigned long no_signals = 0;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, nullptr, sizeof no_signals);
  ::syscall(SYS_execve, plan.executable, plan.argv, plan.envp);
  return fail(context, "exec");
}

/// Sharing the table is not for this system: no close_range (before Linux 5.9), or a filter that refuses it.
std::atomic<bool> cannot_share_table = false;

}  // namespace

ExecOutcome vfork_exec(const ExecPlan& plan) {
  ExecOutcome outcome;
  ChildContext context{&plan, plan.copy_below > 0 && !cannot_share_table};
  const ChildStack stack;
  if (!stack) {
    outcome.error = ENOMEM;
    outcome.step = "clone";
    return outcome;
  }

  // No signal handler of the host may run in the child while it borrows the host's memory. SIGCHLD stays as it is: it
  // is for those who have children, and the child may have ended before this thread has its turn again (ChildSignal).
  sigset_t others;
  sigset_t before;
  ::sigfillset(&others);
  ::sigdelset(&others, SIGCHLD);
  ::pthread_sigmask(SIG_BLOCK, &others, &before);
  int pidfd = -1;
  constexpr int borrowing = CLONE_VM | CLONE_VFORK | SIGCHLD;
  const int sharing = context.shares_table ? CLONE_FILES : 0;
  pid_t pid = clone_process(run_child, stack.end(), borrowing | sharing | CLONE_PIDFD, &context, &pidfd);
  if (pid < 0 && errno == EINVAL) {
    // Emulated kernels (qemu-user) share no table and have pidfds, but not from clone. The pid is ours until it is
    // waited for.
    context.shares_table = false;
    pid = clone_process(run_child, stack.end(), borrowing, &context);
    if (pid > 0) pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (pid > 0 && pidfd < 0) pidfd = -errno;
  }
  const int clone_error = pid < 0 ? errno : 0;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);

  if (pid < 0) {
    outcome.error = clone_error;
    outcome.step = "clone";
    return outcome;
  }
  if (context.error != 0) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (pidfd >= 0) ::close(pidfd);
    if (context.step == copying) {
      cannot_share_table = true;
      return vfork_exec(plan);
    }
    outcome.error = context.error;
    outcome.step = context.step;
    return outcome;
  }
  outcome.pid = pid;
  outcome.pidfd = pidfd;
  return outcome;
}

}  // namespace cloudops
