#include "engine_fixture.hpp"
#include "host_state.hpp"

#include "core/os/unique_fd.hpp"

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

using namespace cloudops;
using namespace cloudops::test;

namespace {

const std::string command = R"({"command":{"type":"exec","program":"/bin/true"}})";

std::atomic<int> heard{0};
std::atomic<long> heard_on{0};

/// The host listens to SIGCHLD for as long as this lives.
class HostHandler {
 public:
  HostHandler() {
    heard = 0;
    struct sigaction action {};
    action.sa_handler = [](int) {
      heard_on = ::syscall(SYS_gettid);
      ++heard;
    };
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGCHLD, &action, &before_);
  }
  ~HostHandler() { ::sigaction(SIGCHLD, &before_, nullptr); }

 private:
  struct sigaction before_ {};
};

}  // namespace

TEST_CASE("the end of a child interrupts no thread of the host", "[engine][child_signal]") {
  constexpr std::uint64_t children = 20;
  const UniqueFd ended(::eventfd(0, EFD_CLOEXEC));
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event readable{EPOLLIN, {}};
  REQUIRE(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, ended.get(), &readable) == 0);
  TestEngine test;
  for (std::uint64_t i = 0; i < children; ++i) {
    test.engine.run(value_from_json(command).value(), Environment::from_current(), [&](const auto& outcome) {
      const std::uint64_t one = outcome.has_value() ? 1 : children;
      static_cast<void>(::write(ended.get(), &one, sizeof one));
    });
  }
  int interrupted = 0;
  for (std::uint64_t count = 0; count < children;) {
    epoll_event event{};
    const int ready = ::epoll_wait(epoll.get(), &event, 1, 30'000);
    REQUIRE(ready != 0);
    if (ready < 0) {
      REQUIRE(errno == EINTR);
      ++interrupted;
      continue;
    }
    std::uint64_t more = 0;
    REQUIRE(::read(ended.get(), &more, sizeof more) == sizeof more);
    count += more;
    CHECK(count <= children);
  }
  CHECK(interrupted == 0);
}

TEST_CASE("a host that listens to SIGCHLD hears of our children, on a thread of its own", "[engine][child_signal]") {
  TestEngine test;
  // Nobody listens yet.
  CHECK(test.run(command)->exit_code == 0);
  for (int i = 0; i < 2; ++i) {
    const HostHandler handler;
    CHECK(test.run(command)->exit_code == 0);
    CHECK(eventually([] { return heard > 0; }));
    CHECK(heard_on == ::syscall(SYS_gettid));
  }
  CHECK(test.run(command)->exit_code == 0);
}
