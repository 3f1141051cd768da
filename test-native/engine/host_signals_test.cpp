#include "engine_fixture.hpp"

#include <catch2/catch.hpp>

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

using namespace cloudops;
using namespace cloudops::test;

namespace {

constexpr int patience_ms = std::chrono::milliseconds(patience).count();

const std::string true_command = R"({"command":{"type":"exec","program":"/bin/true"}})";

sigset_t only(int signal) {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, signal);
  return set;
}

/// This thread blocks a signal and reads it. What it blocked before is restored: a shell started with SIGCHLD blocked
/// may wait for ever.
class ReadSignal {
 public:
  explicit ReadSignal(int signal) {
    const sigset_t wanted = only(signal);
    ::pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    fd_.reset(::signalfd(-1, &wanted, SFD_CLOEXEC));
  }
  ReadSignal(const ReadSignal&) = delete;
  ReadSignal& operator=(const ReadSignal&) = delete;
  ~ReadSignal() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  int fd() const { return fd_.get(); }

 private:
  sigset_t before_{};
  UniqueFd fd_;
};

/// A signalfd, of SIGCHLD, from which nothing waits to be read.
void gets_those_of_its_own(int signals) {
  pollfd arrived{signals, POLLIN, 0};
  signalfd_siginfo info;
  // More than one: which thread a signal finds is the kernel's choice.
  for (int i = 0; i < 20; ++i) {
    const pid_t own = ::fork();
    if (own == 0) ::_exit(0);
    REQUIRE(::poll(&arrived, 1, patience_ms) == 1);
    REQUIRE(::read(signals, &info, sizeof info) == sizeof info);
    CHECK(static_cast<pid_t>(info.ssi_pid) == own);
    CHECK(::waitpid(own, nullptr, 0) == own);
  }
}

}  // namespace

TEST_CASE("the end of a command interrupts no system call of the host", "[signals]") {
  TestEngine engine({}, real_system(), ChildSignals::dropped_if_unused);
  const int ended = ::eventfd(0, EFD_CLOEXEC);
  // Unlike poll, this one is not begun again behind the caller's back when the signal turns out to be of no use.
  const int watcher = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  REQUIRE(::epoll_ctl(watcher, EPOLL_CTL_ADD, ended, &event) == 0);
  for (int i = 0; i < 20; ++i) {
    const Uuid id = engine.start(true_command);
    engine.engine.wait(id, [&](const Expected<Outcome>&) {
      const std::uint64_t one = 1;
      // On the engine thread, where Catch has no business. If it fails, the wait does.
      [[maybe_unused]] const ssize_t written = ::write(ended, &one, sizeof one);
    });
    const int ready = ::epoll_wait(watcher, &event, 1, patience_ms);
    INFO("errno " << errno);
    REQUIRE(ready == 1);
    std::uint64_t count = 0;
    REQUIRE(::read(ended, &count, sizeof count) == sizeof count);
  }
  ::close(watcher);
  ::close(ended);
}

TEST_CASE("a host may come to read SIGCHLD from a signalfd after the engine was made", "[signals]") {
  TestEngine engine;
  REQUIRE(engine.run(true_command)->success());
  const ReadSignal child_signal(SIGCHLD);
  const int signals = child_signal.fd();
  REQUIRE(signals >= 0);
  gets_those_of_its_own(signals);
}

TEST_CASE("a host that reads SIGCHLD from a signalfd gets that of its own child", "[signals]") {
  const ReadSignal child_signal(SIGCHLD);
  const int signals = child_signal.fd();
  REQUIRE(signals >= 0);
  TestEngine engine({}, real_system(), ChildSignals::dropped_if_unused);
  // After that the engine thread has had its say in what it blocks.
  REQUIRE(engine.run(true_command)->success());
  // Those of the engine's children come too, and are merged.
  pollfd arrived{signals, POLLIN, 0};
  signalfd_siginfo info;
  while (::poll(&arrived, 1, 0) == 1) REQUIRE(::read(signals, &info, sizeof info) == sizeof info);

  gets_those_of_its_own(signals);
}
