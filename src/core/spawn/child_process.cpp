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

int ChildProcess::async_wait(std::function<void(const ProcessExit&)> on_exit) {
  on_exit_ = std::move(on_exit);
  const int error = exit_watch_.open(std::move(exit_fd_));
  if (error == 0) arm();
  return error;
}

void ChildProcess::arm() {
  exit_watch_.when_readable([this] { collect(); });
}

void ChildProcess::collect() {
  const WaitOutcome outcome = system_.reap(pid_);
  if (outcome.pid == 0 || outcome.pid == -EINTR) return arm();
  ProcessExit exit;
  exit.usage = outcome.usage;
  if (outcome.pid < 0)
    exit.state = Lost{};
  else if (WIFSIGNALED(outcome.status))
    exit.state = Signalled{WTERMSIG(outcome.status)};
  else
    exit.state = Exited{WEXITSTATUS(outcome.status)};
  process_.detach();
  exit_watch_.close();
  // The callback may destroy this object.
  auto on_exit = std::exchange(on_exit_, nullptr);
  on_exit(exit);
}

void ChildProcess::let_go() {
  process_.detach();
  exit_watch_.close();
}

}  // namespace cloudops
