#include "core/spawn/child_process.hpp"

#include <catch2/catch.hpp>

#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace cloudops;

namespace {

/// Another part of the host that collects every child, or interrupts us first.
class OddReaper final : public System {
 public:
  WaitOutcome peek(int pidfd, pid_t pid) override {
    if (interruptions-- > 0) return {-EINTR, 0, {}};
    if (steals) ::waitpid(pid, nullptr, 0);
    return System::peek(pidfd, pid);
  }
  WaitOutcome reap(int pidfd, pid_t pid) override {
    if (++reaps <= interrupted_reaps) return {-EINTR, 0, {}};
    return System::reap(pidfd, pid);
  }
  int interruptions = 0;
  bool steals = false;
  int reaps = 0;
  int interrupted_reaps = 0;
};

/// A child with that number, which is free, that exits with 5; -1: not to be had without a privilege.
pid_t fork_with_pid(pid_t pid) {
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  arguments.set_tid = reinterpret_cast<std::uint64_t>(&pid);
  arguments.set_tid_size = 1;
  const long forked = ::syscall(SYS_clone3, &arguments, sizeof arguments);
  if (forked == 0) ::_exit(5);
  return static_cast<pid_t>(forked);
}

struct ChildFixture {
  std::unique_ptr<ChildProcess> start(const std::string& script) {
    const UniqueFd dev_null(system.open_for_reading("/dev/null"));
    const UniqueFd copy(system.duplicate(dev_null.get()));
    UniqueFd pidfd;
    LaunchSpec spec;
    spec.executable = "/bin/sh";
    spec.argv = {"sh", "-c", script};
    spec.env.own = {"PATH=/usr/bin:/bin"};
    LaunchFailure failure;
    // Descriptor 1 is for reading only; nothing is written to it.
    Process process = Launcher(system)(io.get_executor(), failure, spec, {dev_null.get(), copy.get(), copy.get()}, 0,
                                       UniqueFd(system.duplicate(dev_null.get())), pidfd);
    REQUIRE(failure.error == 0);
    return std::make_unique<ChildProcess>(io, system, std::move(process), std::move(pidfd));
  }
  ProcessExit wait_for(ChildProcess& child) {
    wait_for_end_of(child);
    return child.reap();
  }
  void wait_for_end_of(ChildProcess& child) {
    bool ended = false;
    REQUIRE(child.async_wait([&] { ended = true; }) == 0);
    io.restart();
    io.run_for(std::chrono::seconds(20));
    REQUIRE(ended);
  }
  static bool no_children() { return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }

  boost::asio::io_context io{1};
  OddReaper system;
};

}  // namespace

TEST_CASE_METHOD(ChildFixture, "an exit is told with its code and what the child used") {
  const auto child = start("i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; exit 3");
  CHECK_FALSE(child->reaped());
  const auto exit = wait_for(*child);
  REQUIRE(std::holds_alternative<Exited>(exit.state));
  CHECK(std::get<Exited>(exit.state).code == 3);
  CHECK(exit.usage.ru_maxrss > 0);
  CHECK(child->reaped());
  CHECK(child->pid() > 0);
  CHECK(no_children());
}

TEST_CASE_METHOD(ChildFixture, "an end by a signal is told as that signal") {
  const auto child = start("kill -9 $$");
  const auto exit = wait_for(*child);
  REQUIRE(std::holds_alternative<Signalled>(exit.state));
  CHECK(std::get<Signalled>(exit.state).signal == SIGKILL);
}

TEST_CASE_METHOD(ChildFixture, "an interrupted collection is tried again") {
  const auto child = start("exit 4");
  system.interruptions = 3;
  system.interrupted_reaps = 3;
  const auto exit = wait_for(*child);
  CHECK(std::get<Exited>(exit.state).code == 4);
  CHECK(system.reaps == 4);
  CHECK(no_children());
}

TEST_CASE_METHOD(ChildFixture, "a child that somebody else collected is lost, not waited for for ever") {
  const auto child = start("exit 4");
  system.steals = true;
  CHECK(std::holds_alternative<Lost>(wait_for(*child).state));
  CHECK(child->reaped());
}

TEST_CASE_METHOD(ChildFixture, "the number of one that has ended is its own until it is reaped") {
  const auto child = start("exit 4");
  wait_for_end_of(*child);
  CHECK(child->owns_pid());
  CHECK(::kill(child->pid(), 0) == 0);
  child->reap();
  CHECK_FALSE(child->owns_pid());
  CHECK(::kill(child->pid(), 0) == -1);
}

TEST_CASE_METHOD(ChildFixture,
                 "one that somebody else collects after its end has ended as it did, and its number may be anybody's") {
  const auto child = start("exit 4");
  wait_for_end_of(*child);
  const pid_t pid = child->pid();
  ::waitpid(pid, nullptr, 0);
  CHECK_FALSE(child->owns_pid());
  // Another child of ours that has been given the number.
  const pid_t namesake = fork_with_pid(pid);
  if (namesake < 0) {
    WARN("this system does not let a process choose the number of its child");
    CHECK(std::get<Exited>(child->reap().state).code == 4);
    return;
  }
  REQUIRE(namesake == pid);
  CHECK_FALSE(child->owns_pid());
  CHECK(std::get<Exited>(child->reap().state).code == 4);
  int status = 0;
  CHECK(::waitpid(namesake, &status, 0) == namesake);
  CHECK(WEXITSTATUS(status) == 5);
}

TEST_CASE_METHOD(ChildFixture, "the callback may destroy the child process") {
  auto child = start("exit 0");
  bool seen = false;
  REQUIRE(child->async_wait([&] {
    child.reset();
    seen = true;
  }) == 0);
  io.run_for(std::chrono::seconds(20));
  CHECK(seen);
}

TEST_CASE_METHOD(ChildFixture, "destroying a running one kills and collects it") {
  start("exec sleep 1000").reset();
  CHECK(no_children());
}

TEST_CASE_METHOD(ChildFixture, "one that is let go runs on") {
  auto child = start("exec sleep 1000");
  const pid_t pid = child->pid();
  REQUIRE(child->async_wait([] { FAIL("nobody waits any more"); }) == 0);
  child->let_go();
  child.reset();
  io.run();
  CHECK(::kill(pid, 0) == 0);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST_CASE_METHOD(ChildFixture, "one that nobody waits for any more is still collected") {
  auto child = start("exec sleep 1000");
  REQUIRE(child->async_wait([] { FAIL("nobody waits any more"); }) == 0);
  child->reap_when_ended();
  ::kill(child->pid(), SIGKILL);
  io.run_for(std::chrono::seconds(20));
  CHECK(child->reaped());
  CHECK(no_children());
}
