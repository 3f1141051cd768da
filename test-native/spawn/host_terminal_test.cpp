#include "core/spawn/host_terminal.hpp"

#include "core/os/unique_fd.hpp"

#include "os/forked_copy.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

using namespace cloudops;
using cloudops::test::in_forked_copy;

namespace {

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
  CHECK(in_forked_copy([] {
          ::setsid();
          return in_forked_copy([] {
            HostTerminal terminal;
            return terminal.may_be_there() || terminal.may_be_there();
          });
        }) == 0);
}

TEST_CASE("a host in a session with a terminal has it, whenever one looks", "[spawn]") {
  const Terminal of_the_session;
  CHECK(in_forked_copy([&] {
          ::setsid();
          return of_the_session.open() && in_forked_copy([] {
                                            HostTerminal terminal;
                                            return terminal.may_be_there() && terminal.may_be_there();
                                          }) == 1;
        }) == 1);
}

TEST_CASE("a host that leads its session may get a terminal at any time", "[spawn]") {
  const Terminal later;
  CHECK(in_forked_copy([&] {
          ::setsid();
          HostTerminal terminal;
          terminal.may_be_there();
          return later.open() && terminal.may_be_there();
        }) == 1);
}

TEST_CASE("a host without a terminal that comes to lead a session is looked at again", "[spawn]") {
  const Terminal later;
  CHECK(in_forked_copy([&] {
          ::setsid();
          return in_forked_copy([&] {
            HostTerminal terminal;
            return !terminal.may_be_there() && ::setsid() > 0 && later.open() && terminal.may_be_there();
          });
        }) == 1);
}
