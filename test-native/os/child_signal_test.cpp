#include "core/os/child_signal.hpp"

#include <catch2/catch.hpp>

#include <signal.h>

#include <thread>

using namespace cloudops;

namespace {

bool is_blocked() {
  sigset_t blocked;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return ::sigismember(&blocked, SIGCHLD) == 1;
}

void set_handler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigaction(SIGCHLD, &action, nullptr);
}

/// What an engine does with SIGCHLD that a thread makes which blocks the signal or not.
void on_engine_thread(bool maker_blocks, ChildSignals policy, void (*check)(ChildSignal&)) {
  std::thread([=] {
    sigset_t child_signal;
    ::sigemptyset(&child_signal);
    ::sigaddset(&child_signal, SIGCHLD);
    ::pthread_sigmask(maker_blocks ? SIG_BLOCK : SIG_UNBLOCK, &child_signal, nullptr);
    ChildSignal signal(policy);
    std::thread([&] {
      sigset_t all;
      ::sigfillset(&all);
      ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
      check(signal);
    }).join();
  }).join();
}

}  // namespace

TEST_CASE("SIGCHLD is left unblocked while the host has no use for it", "[child_signal]") {
  on_engine_thread(false, ChildSignals::dropped_if_unused, [](ChildSignal& signal) {
    CHECK(is_blocked());
    signal.update();
    CHECK_FALSE(is_blocked());
    set_handler([](int) {});
    signal.update();
    CHECK(is_blocked());
    set_handler(SIG_IGN);
    signal.update();
    CHECK_FALSE(is_blocked());
    set_handler(SIG_DFL);
    signal.update();
    CHECK_FALSE(is_blocked());
  });
}

TEST_CASE("SIGCHLD stays blocked where the maker of the engine blocks it, or does not want it dropped",
          "[child_signal]") {
  const auto check = [](ChildSignal& signal) {
    signal.update();
    CHECK(is_blocked());
  };
  on_engine_thread(true, ChildSignals::dropped_if_unused, check);
  on_engine_thread(false, ChildSignals::for_the_host, check);
}
