#include "core/spawn/host_terminal.hpp"

#include "core/os/unique_fd.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

using namespace cloudops;

namespace {

/// What `work` says in a process of its own.
bool in_a_process(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(work() ? 1 : 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status) == 1;
}

struct Terminal {
  Terminal() : master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    REQUIRE(master);
    REQUIRE(::grantpt(master.get()) == 0);
    REQUIRE(::unlockpt(master.get()) == 0);
    name = ::ptsname(master.get());
  }
  /// The leader of a session that has none gets this one.
  bool open() const { return ::open(name.c_str(), O_RDWR | O_CLOEXEC) >= 0; }
  UniqueFd master;
  std::string name;
};

}  // namespace

TEST_CASE("a host in a session without a terminal has none", "[spawn]") {
  CHECK_FALSE(in_a_process([] {
    ::setsid();
    return in_a_process([] {
      HostTerminal terminal;
      return terminal.may_be_there() || terminal.may_be_there();
    });
  }));
}

TEST_CASE("a host in a session with a terminal has it, whenever one looks", "[spawn]") {
  const Terminal of_the_session;
  CHECK(in_a_process([&] {
    ::setsid();
    return of_the_session.open() && in_a_process([] {
             HostTerminal terminal;
             return terminal.may_be_there() && terminal.may_be_there();
           });
  }));
}

TEST_CASE("a host that leads its session may get a terminal at any time", "[spawn]") {
  const Terminal later;
  CHECK(in_a_process([&] {
    ::setsid();
    HostTerminal terminal;
    terminal.may_be_there();
    return later.open() && terminal.may_be_there();
  }));
}

TEST_CASE("a host without a terminal that comes to lead a session is looked at again", "[spawn]") {
  const Terminal later;
  CHECK(in_a_process([&] {
    ::setsid();
    return in_a_process([&] {
      HostTerminal terminal;
      if (terminal.may_be_there()) return false;
      return ::setsid() > 0 && later.open() && terminal.may_be_there();
    });
  }));
}
