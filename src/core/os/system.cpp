#include "core/os/system.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace cloudops {
namespace {

/// Descriptors 0, 1 and 2 of the host may be closed; ours must stay above them, or the child's dup would overwrite one.
int above_stdio(int fd) {
  if (fd < 0 || fd > 2) return fd;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  const int error = errno;
  ::close(fd);
  errno = error;
  return moved;
}

}  // namespace

int System::pipe(PipeEnds& ends) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return -errno;
  fds[0] = above_stdio(fds[0]);
  const int first_error = errno;
  fds[1] = above_stdio(fds[1]);
  ends.read_end.reset(fds[0]);
  ends.write_end.reset(fds[1]);
  if (fds[0] < 0) return -first_error;
  return fds[1] < 0 ? -errno : 0;
}

int System::open_for_reading(const char* path) {
  const int fd = above_stdio(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (fd < 0) return -errno;
  // O_NONBLOCK was for the opening only: the child expects an ordinary descriptor.
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return fd;
}

ExecOutcome System::spawn(const ExecPlan& plan) { return vfork_exec(plan); }

int System::duplicate(int fd) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  return copy < 0 ? -errno : copy;
}

int System::replace(int target, int fd) { return ::dup3(fd, target, O_CLOEXEC) < 0 ? -errno : 0; }

ssize_t System::read(int fd, void* buffer, std::size_t size) {
  const ssize_t count = ::read(fd, buffer, size);
  return count < 0 ? -errno : count;
}

ssize_t System::write(int fd, const void* data, std::size_t size) {
  const ssize_t count = ::write(fd, data, size);
  return count < 0 ? -errno : count;
}

std::size_t System::bytes_waiting(int fd) {
  int count = 0;
  return ::ioctl(fd, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

WaitOutcome System::reap(pid_t pid) {
  WaitOutcome outcome;
  outcome.pid = ::wait4(pid, &outcome.status, WNOHANG, &outcome.usage);
  if (outcome.pid < 0) outcome.pid = -errno;
  return outcome;
}

SteadyTime System::now() { return std::chrono::steady_clock::now(); }

System& real_system() {
  static System system;
  return system;
}

}  // namespace cloudops
