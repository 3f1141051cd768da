#include "core/spawn/child_process.hpp"

#include <sys/wait.h>

#include <cerrno>
#include <utility>

namespace cloudops {

ChildProcess::ChildProcess(boost::asio::io_context& io, System& system, Process process, UniqueFd exit_watch)
    : system_(system),
      process_(std::move(process)),
      pid_(process_.id()),
      exit_fd_(std::move(exit_watch)),
      exit_watch_(io) {}

int ChildProcess::async_wait(std::function<void()> on_end) {
  on_end_ = std::move(on_end);
  const int error = exit_watch_.open(std::move(exit_fd_));
  if (error == 0) arm();
  return error;
}

void ChildProcess::arm() {
  exit_watch_.when_readable([this] { on_readable(); });
}

void ChildProcess::on_readable() {
  if (system_.has_ended(pid_) == 0) return arm();
  exit_watch_.close();
  // The callback may destroy this object.
  const auto on_end = std::exchange(on_end_, nullptr);
  on_end();
}

ProcessExit ChildProcess::reap() {
  WaitOutcome outcome;
  do outcome = system_.reap(pid_);
  while (outcome.pid == -EINTR);
  ProcessExit exit;
  exit.usage = outcome.usage;
  if (outcome.pid <= 0)
    exit.state = Lost{};
  else if (WIFSIGNALED(outcome.status))
    exit.state = Signalled{WTERMSIG(outcome.status)};
  else
    exit.state = Exited{WEXITSTATUS(outcome.status)};
  process_.detach();
  return exit;
}

void ChildProcess::let_go() {
  process_.detach();
  exit_watch_.close();
}

}  // namespace cloudops
