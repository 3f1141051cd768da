#include "core/spawn/child_process.hpp"

#include <sys/wait.h>

#include <cerrno>
#include <utility>

namespace cloudops {
namespace {

ExitState state_of(int status) {
  if (WIFSIGNALED(status)) return Signalled{WTERMSIG(status)};
  return Exited{WEXITSTATUS(status)};
}

}  // namespace

ChildProcess::ChildProcess(boost::asio::io_context& io, System& system, Process process, UniqueFd pidfd)
    : system_(system), process_(std::move(process)), pid_(process_.id()), pidfd_(std::move(pidfd)), exit_watch_(io) {}

int ChildProcess::async_wait(std::function<void()> on_end) {
  on_end_ = std::move(on_end);
  const int error = exit_watch_.open(std::move(pidfd_));
  if (error == 0) arm();
  return error;
}

void ChildProcess::arm() {
  exit_watch_.when_readable([this] { on_readable(); });
}

void ChildProcess::on_readable() {
  const WaitOutcome outcome = peek();
  if (outcome.pid == 0 || outcome.pid == -EINTR) return arm();
  if (outcome.pid > 0) exit_ = {state_of(outcome.status), outcome.usage};
  // The callback may destroy this object.
  const auto on_end = std::exchange(on_end_, nullptr);
  on_end();
}

ProcessExit ChildProcess::reap() {
  // Still there or not: what is collected here is nobody else's.
  while (system_.reap(pidfd(), pid_).pid == -EINTR) {
  }
  let_go();
  return exit_;
}

bool ChildProcess::owns_pid() { return !reaped() && peek().pid >= 0; }

void ChildProcess::let_go() {
  process_.detach();
  exit_watch_.close();
}

}  // namespace cloudops
