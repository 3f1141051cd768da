#pragma once

#include "core/os/system.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <optional>
#include <vector>

namespace cloudops::test {

enum class Call { pipe, open_for_reading, spawn, duplicate, replace, read, write, reap };

inline const char* to_string(Call call) {
  constexpr const char* names[] = {"pipe", "open_for_reading", "spawn", "duplicate", "replace", "read", "write",
                                   "reap"};
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
    if (error == 0) return System::spawn(plan);
    ExecOutcome outcome;
    outcome.error = error;
    outcome.step = "exec";
    return outcome;
  }
  int duplicate(int fd) override {
    const int error = next(Call::duplicate);
    return error != 0 ? -error : System::duplicate(fd);
  }
  int replace(int target, int fd) override {
    const int error = next(Call::replace);
    return error != 0 ? -error : System::replace(target, fd);
  }
  ssize_t read(int fd, void* buffer, std::size_t size) override {
    const int error = next(Call::read);
    return error != 0 ? -error : System::read(fd, buffer, size);
  }
  ssize_t write(int fd, const void* data, std::size_t size) override {
    const int error = next(Call::write);
    return error != 0 ? -error : System::write(fd, data, size);
  }
  WaitOutcome reap(pid_t pid) override {
    const int error = next(Call::reap);
    if (error == 0) return System::reap(pid);
    // wait4 can only be interrupted, or find that somebody else has collected the child.
    if (error != EINTR) ::waitpid(pid, nullptr, 0);
    return {error == EINTR ? -EINTR : -ECHILD, 0, {}};
  }
  SteadyTime now() override { return System::now() + std::chrono::milliseconds(advanced_ms_); }

 private:
  /// 0: this one works.
  int next(Call call) {
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

  const std::vector<Fault> faults_;
  std::uint64_t all_ = 0;
  std::uint64_t by_kind_[8]{};
  std::atomic<std::uint64_t> failures_{0};
  std::optional<Call> failed_;
  std::atomic<bool> healed_{false};
  std::atomic<std::int64_t> advanced_ms_{0};
};

}  // namespace cloudops::test
