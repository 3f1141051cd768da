#pragma once

#include "core/os/watched_fd.hpp"
#include "core/spawn/launcher.hpp"

#include <functional>
#include <optional>
#include <variant>

namespace cloudops {

struct Exited {
  int code = 0;
};
struct Signalled {
  int signal = 0;
};
/// Somebody else in the host collected the child (a waitpid(-1), or SIGCHLD ignored): how it ended is not known.
struct Lost {};
using ExitState = std::variant<Exited, Signalled, Lost>;

struct ProcessExit {
  ExitState state;
  struct rusage usage {};
};

/// One child of ours, from its start to its reaping. Engine thread only.
///
/// Owns the Boost.Process handle. The exit is awaited on a pidfd (no SIGCHLD, so the host's child_process is not
/// disturbed), looked at and collected by it, because Boost's own wait throws the resource usage away. The pid vanishes
/// from here when it is reaped, so no signal can reach a stranger.
///
/// A child that has ended stays a zombie until reap(): as long as it is one, its number, which is its process group's
/// too, cannot be given to anybody else.
class ChildProcess {
 public:
  /// A child that is not reaped when this is destroyed is killed and collected.
  ChildProcess(boost::asio::io_context& io, System& system, Process process, UniqueFd pidfd);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Calls back once, when the child has ended. Returns 0, or the errno that made waiting impossible.
  int async_wait(std::function<void()> on_end);
  /// Collects the child, which has ended. How it ended was seen when it did: nobody who collects it before this can
  /// take that away.
  ProcessExit reap();
  /// Collects it whenever it ends, but calls nobody back.
  void reap_when_ended() {
    on_end_ = [this] { reap(); };
  }
  /// Gives it up, running or not: for one that the system does not end.
  void let_go();

  /// The process group's leader; stays known after the reaping, as a number only.
  pid_t pid() const { return pid_; }
  bool reaped() const { return !process_.is_open(); }
  /// No other process can have its number: it is our child, running or a zombie.
  bool owns_pid();

 private:
  void arm();
  void on_readable();
  int pidfd() { return exit_watch_.is_open() ? exit_watch_.get() : pidfd_.get(); }
  WaitOutcome peek() { return system_.peek(pidfd(), pid_); }

  System& system_;
  Process process_;
  pid_t pid_;
  /// Until it is waited for.
  UniqueFd pidfd_;
  WatchedFd exit_watch_;
  ProcessExit exit_{Lost{}, {}};
  std::function<void()> on_end_;
};

}  // namespace cloudops
