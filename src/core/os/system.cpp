#include "core/os/system.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace cloudops {
namespace {

template <class Result>
Result or_error(Result result) {
  return result < 0 ? static_cast<Result>(-errno) : result;
}

/// As wait4 gives it.
int status_of_end(const siginfo_t& end) {
  if (end.si_code == CLD_EXITED) return W_EXITCODE(end.si_status, 0);
  return end.si_status | (end.si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

/// The system call, because libc's waitid keeps the usage to itself.
WaitOutcome wait_for(int pidfd, pid_t pid, int more_flags) {
  constexpr int by_pidfd = 3;  // P_PIDFD, which libc may not know
  const int flags = WEXITED | WNOHANG | more_flags;
  WaitOutcome outcome;
  siginfo_t end{};
  const auto wait = [&](int by, int which) { return ::syscall(SYS_waitid, by, which, &end, flags, &outcome.usage); };
  long result = pidfd >= 0 ? wait(by_pidfd, pidfd) : wait(P_PID, pid);
  if (result != 0 && pidfd >= 0 && (errno == EINVAL || errno == EBADF)) result = wait(P_PID, pid);
  if (result != 0)
    outcome.pid = -errno;
  else if (end.si_pid != 0)
    outcome.pid = pid;
  outcome.status = status_of_end(end);
  return outcome;
}

}  // namespace

int System::pipe(PipeEnds& ends) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return -errno;
  PipeEnds made{UniqueFd(fds[0]), UniqueFd(fds[1])};
  ends.read_end = above_stdio(std::move(made.read_end));
  if (!ends.read_end) return -errno;
  ends.write_end = above_stdio(std::move(made.write_end));
  return ends.write_end ? 0 : -errno;
}

int System::open_for_reading(const char* path) {
  UniqueFd fd = above_stdio(UniqueFd(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)));
  if (!fd) return -errno;
  // O_NONBLOCK was for the opening only: the child expects an ordinary descriptor.
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) & ~O_NONBLOCK);
  return fd.release();
}

ExecOutcome System::spawn(const ExecPlan& plan) { return vfork_exec(plan); }

int System::duplicate(int fd) { return or_error(::fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

ssize_t System::read(int fd, void* buffer, std::size_t size) { return or_error(::read(fd, buffer, size)); }

ssize_t System::write(int fd, const void* data, std::size_t size) { return or_error(::write(fd, data, size)); }

ssize_t System::write_file(int fd, std::string_view bytes) { return or_error(::write(fd, bytes.data(), bytes.size())); }

ssize_t System::splice(int from, int to, std::size_t size) {
  return or_error(::splice(from, nullptr, to, nullptr, size, SPLICE_F_NONBLOCK));
}

std::size_t System::bytes_waiting(int fd) {
  int count = 0;
  return ::ioctl(fd, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

int System::has_ended(pid_t pid) {
  const pid_t seen = wait_for(-1, pid, WNOWAIT).pid;
  return seen > 0 ? 1 : seen;
}

WaitOutcome System::peek(int pidfd, pid_t pid) { return wait_for(pidfd, pid, WNOWAIT); }

WaitOutcome System::reap(int pidfd, pid_t pid) { return wait_for(pidfd, pid, 0); }

SteadyTime System::now() { return std::chrono::steady_clock::now(); }

int System::open_at(int dir, const char* path, int flags, mode_t mode) {
  return or_error(::openat(dir, path, flags, mode));
}

int System::status_of(int fd, struct stat& status) { return or_error(::fstat(fd, &status)); }

int System::status_at(int dir, const char* path, struct stat& status) {
  return or_error(::fstatat(dir, path, &status, AT_SYMLINK_NOFOLLOW));
}

int System::change_mode(int fd, mode_t mode) {
  const int changed = or_error(::fchmod(fd, mode));
  if (changed != -EBADF) return changed;
  return or_error(::chmod(("/proc/self/fd/" + std::to_string(fd)).c_str(), mode));
}

int System::make_empty(int fd) { return or_error(::ftruncate(fd, 0)); }

int System::unlink_at(int dir, const char* name) { return or_error(::unlinkat(dir, name, 0)); }

int System::make_directory(const char* path, mode_t mode) { return or_error(::mkdir(path, mode)); }

int System::close(int fd) { return or_error(::close(fd)); }

ssize_t System::list(int dir, void* entries, std::size_t size) {
  return or_error(::syscall(SYS_getdents64, dir, entries, size));
}

int System::rewind(int dir) { return ::lseek(dir, 0, SEEK_SET) == 0 ? 0 : -errno; }

int System::rttime_limits(pid_t pid, struct rlimit& limits) {
  return or_error(::prlimit(pid, RLIMIT_RTTIME, nullptr, &limits));
}

pid_t System::group_of(pid_t pid) { return or_error(::getpgid(pid)); }

int System::open_process(pid_t pid) { return static_cast<int>(or_error(::syscall(SYS_pidfd_open, pid, 0))); }

int System::signal_process(int pidfd, int signal) {
  return static_cast<int>(or_error(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0)));
}

int System::kill(pid_t pid, int signal) { return or_error(::kill(pid, signal)); }

int System::kill_group(pid_t leader, int signal) { return or_error(::kill(-leader, signal)); }

System& real_system() {
  static System system;
  return system;
}

}  // namespace cloudops
