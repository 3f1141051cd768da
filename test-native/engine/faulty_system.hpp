#pragma once

#include "core/os/system.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace cloudops::test {

enum class Call {
  pipe,
  open_for_reading,
  spawn,
  pidfd,
  duplicate,
  read,
  write,
  has_ended,
  peek,
  reap,
  // Files, /proc among them.
  open_at,
  status_of,
  status_at,
  change_mode,
  make_empty,
  unlink_at,
  make_directory,
  close,
  list,
  rewind,
  read_file,
  write_file,
  // Processes of trees.
  rttime_limits,
  group_of,
  open_process,
  signal_process,
  kill,
};
inline constexpr std::size_t kinds_of_calls = static_cast<std::size_t>(Call::kill) + 1;

inline const char* to_string(Call call) {
  constexpr const char* names[] = {
      "pipe",         "open_for_reading", "spawn",      "pidfd",      "duplicate",      "read",
      "write",        "has_ended",        "peek",       "reap",       "open_at",        "status_of",
      "status_at",    "change_mode",      "make_empty", "unlink_at",  "make_directory", "close",
      "list",         "rewind",           "read_file",  "write_file", "rttime_limits",  "group_of",
      "open_process", "signal_process",   "kill"};
  static_assert(std::size(names) == kinds_of_calls);
  return names[static_cast<std::size_t>(call)];
}

/// The kernel, except that chosen calls fail. Set up before the engine starts; read after it has answered.
class FaultySystem final : public System {
 public:
  struct Fault {
    /// The first call that fails, counted from 1 over the calls of this kind; absent: over all calls.
    std::optional<Call> kind;
    std::uint64_t nth = 1;
    int error = EIO;
    /// How many in a row.
    std::uint64_t times = 1;
  };

  explicit FaultySystem(std::vector<Fault> faults = {}) : faults_(std::move(faults)) {}

  /// The first call that was made to fail.
  std::optional<Call> failed() const { return failed_; }
  std::uint64_t failures() const { return failures_; }
  /// No call fails any more. Any thread.
  void heal() { healed_ = true; }
  /// SIGKILL was sent, or was to be. Any thread.
  bool has_killed() const { return has_killed_; }
  /// Moves the clock by which the engine measures. Any thread.
  void advance(std::chrono::milliseconds by) { advanced_ms_ += by.count(); }

  int pipe(PipeEnds& ends) override {
    const int error = next(Call::pipe);
    return error != 0 ? -error : System::pipe(ends);
  }
  int open_for_reading(const char* path) override {
    const int error = next(Call::open_for_reading);
    return error != 0 ? -error : System::open_for_reading(path);
  }
  ExecOutcome spawn(const ExecPlan& plan) override {
    const int error = next(Call::spawn);
    ExecOutcome outcome;
    if (error != 0) {
      outcome.error = error;
      outcome.step = "exec";
      return outcome;
    }
    outcome = System::spawn(plan);
    const int no_pidfd = outcome.error == 0 ? next(Call::pidfd) : 0;
    if (no_pidfd != 0) ::close(std::exchange(outcome.pidfd, -no_pidfd));
    return outcome;
  }
  int duplicate(int fd) override {
    const int error = next(Call::duplicate);
    return error != 0 ? -error : System::duplicate(fd);
  }
  ssize_t read(int fd, void* buffer, std::size_t size) override {
    const int error = next(is_file(fd) ? Call::read_file : Call::read);
    return error != 0 ? -error : System::read(fd, buffer, size);
  }
  ssize_t write(int fd, const void* data, std::size_t size) override {
    const int error = next(Call::write);
    return error != 0 ? -error : System::write(fd, data, size);
  }
  ssize_t write_file(int fd, std::string_view bytes) override {
    const int error = next(Call::write_file);
    return error != 0 ? -error : System::write_file(fd, bytes);
  }
  int has_ended(pid_t pid) override {
    const int error = next(Call::has_ended);
    return error != 0 ? -error : System::has_ended(pid);
  }
  WaitOutcome peek(int pidfd, pid_t pid) override {
    const int error = next(Call::peek);
    return error == 0 ? System::peek(pidfd, pid) : WaitOutcome{-error, 0, {}};
  }
  WaitOutcome reap(int pidfd, pid_t pid) override {
    const int error = next(Call::reap);
    if (error == 0) return System::reap(pidfd, pid);
    // wait4 can only be interrupted, or find that somebody else has collected the child.
    if (error != EINTR) ::waitpid(pid, nullptr, 0);
    return {error == EINTR ? -EINTR : -ECHILD, 0, {}};
  }
  SteadyTime now() override { return System::now() + std::chrono::milliseconds(advanced_ms_); }

  int open_at(int dir, const char* path, int flags, mode_t mode) override {
    const int error = next(Call::open_at);
    return error != 0 ? -error : System::open_at(dir, path, flags, mode);
  }
  int status_of(int fd, struct stat& status) override {
    const int error = next(Call::status_of);
    return error != 0 ? -error : System::status_of(fd, status);
  }
  int status_at(int dir, const char* path, struct stat& status) override {
    const int error = next(Call::status_at);
    return error != 0 ? -error : System::status_at(dir, path, status);
  }
  int change_mode(int fd, mode_t mode) override {
    const int error = next(Call::change_mode);
    return error != 0 ? -error : System::change_mode(fd, mode);
  }
  int make_empty(int fd) override {
    const int error = next(Call::make_empty);
    return error != 0 ? -error : System::make_empty(fd);
  }
  int unlink_at(int dir, const char* name) override {
    const int error = next(Call::unlink_at);
    return error != 0 ? -error : System::unlink_at(dir, name);
  }
  int make_directory(const char* path, mode_t mode) override {
    const int error = next(Call::make_directory);
    return error != 0 ? -error : System::make_directory(path, mode);
  }
  int close(int fd) override {
    const int error = next(Call::close);
    const int result = System::close(fd);
    return error != 0 ? -error : result;
  }
  ssize_t list(int dir, void* entries, std::size_t size) override {
    const int error = next(Call::list);
    return error != 0 ? -error : System::list(dir, entries, size);
  }
  int rewind(int dir) override {
    const int error = next(Call::rewind);
    return error != 0 ? -error : System::rewind(dir);
  }
  // Of the processes of this machine only those of trees count, or the n-th call would be another one each time.
  int rttime_limits(pid_t pid, struct rlimit& limits) override {
    const int result = System::rttime_limits(pid, limits);
    if (result != 0 || (limits.rlim_cur == own_.rlim_cur && limits.rlim_max == own_.rlim_max)) return result;
    marked_.insert(pid);
    const int error = next(Call::rttime_limits);
    return error != 0 ? -error : result;
  }
  pid_t group_of(pid_t pid) override {
    const int error = marked_.contains(pid) ? next(Call::group_of) : 0;
    return error != 0 ? -error : System::group_of(pid);
  }
  int open_process(pid_t pid) override {
    const int error = next(Call::open_process);
    return error != 0 ? -error : System::open_process(pid);
  }
  int signal_process(int pidfd, int signal) override {
    note(signal);
    const int error = next(Call::signal_process);
    return error != 0 ? -error : System::signal_process(pidfd, signal);
  }
  int kill(pid_t pid, int signal) override {
    note(signal);
    const int error = next(Call::kill);
    return error != 0 ? -error : System::kill(pid, signal);
  }
  int kill_group(pid_t leader, int signal) override {
    note(signal);
    const int error = next(Call::kill);
    return error != 0 ? -error : System::kill_group(leader, signal);
  }

 private:
  static bool is_file(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  }
  static rlimit own_limits() {
    rlimit limits{};
    ::getrlimit(RLIMIT_RTTIME, &limits);
    return limits;
  }
  void note(int signal) {
    if (signal == SIGKILL) has_killed_ = true;
  }
  /// 0: this one works.
  int next(Call call) {
    std::lock_guard lock(mutex_);
    const std::uint64_t of_all = ++all_;
    const std::uint64_t of_kind = ++by_kind_[static_cast<std::size_t>(call)];
    if (healed_) return 0;
    for (const Fault& fault : faults_) {
      if (fault.kind && *fault.kind != call) continue;
      const std::uint64_t number = fault.kind ? of_kind : of_all;
      if (number < fault.nth || number - fault.nth >= fault.times) continue;
      if (failures_++ == 0) failed_ = call;
      return fault.error;
    }
    return 0;
  }

  /// Files are written on a thread of their own.
  std::mutex mutex_;
  const std::vector<Fault> faults_;
  const rlimit own_ = own_limits();
  std::set<pid_t> marked_;
  std::uint64_t all_ = 0;
  std::array<std::uint64_t, kinds_of_calls> by_kind_{};
  std::atomic<std::uint64_t> failures_{0};
  std::optional<Call> failed_;
  std::atomic<bool> healed_{false};
  std::atomic<bool> has_killed_{false};
  std::atomic<std::int64_t> advanced_ms_{0};
};

}  // namespace cloudops::test
