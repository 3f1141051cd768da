#include "core/spawn/launcher.hpp"

#include "core/spawn/tree_marks.hpp"

#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

using namespace cloudops;

namespace {

/// A kernel without pidfds.
class NoPidfd final : public System {
 public:
  ExecOutcome spawn(const ExecPlan& plan) override {
    ExecOutcome outcome = System::spawn(plan);
    ::close(std::exchange(outcome.pidfd, -ENOSYS));
    return outcome;
  }
};

struct LauncherFixture {
  LauncherFixture() {
    REQUIRE(real_system().pipe(out) == 0);
    dev_null.reset(real_system().open_for_reading("/dev/null"));
    stand_in.reset(real_system().duplicate(dev_null.get()));
    spec.env.own = {"PATH=/usr/bin:/bin"};
  }
  Process launch(std::string script, std::uint64_t mark = 0, System& system = real_system()) {
    spec.executable = "/bin/sh";
    spec.argv = {"sh", "-c", std::move(script)};
    return launch_spec(mark, system);
  }
  Process launch_spec(std::uint64_t mark = 0, System& system = real_system()) {
    const StdioFds stdio{dev_null.get(), out.write_end.get(), out.write_end.get()};
    return Launcher(system)(io.get_executor(), failure, spec, stdio, mark, std::move(stand_in), pidfd);
  }
  std::string output() {
    out.write_end.reset();
    std::string text;
    char buffer[4096];
    for (ssize_t size = 0; (size = ::read(out.read_end.get(), buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(size));
    return text;
  }
  static bool no_children() { return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }

  boost::asio::io_context io{1};
  LaunchSpec spec;
  LaunchFailure failure;
  PipeEnds out;
  UniqueFd dev_null;
  UniqueFd stand_in;
  UniqueFd pidfd;
};

}  // namespace

TEST_CASE_METHOD(LauncherFixture, "a launch gives a Boost.Process handle that can be waited for") {
  Process process = launch("echo hello; exit 7");
  REQUIRE(failure.error == 0);
  CHECK(process.is_open());
  CHECK(output() == "hello\n");
  pollfd end{pidfd.get(), POLLIN, 0};
  CHECK(::poll(&end, 1, 20'000) == 1);
  CHECK(process.wait() == 7);
}

TEST_CASE_METHOD(LauncherFixture, "a child carries the mark of its tree and may still use the limit's other half") {
  TreeMarks marks;
  const auto mark = marks.next();
  if (mark == 0) return;
  Process process = launch("sleep 1000 & read line; kill $!", mark);
  REQUIRE(failure.error == 0);
  rlimit limits{};
  REQUIRE(::prlimit(process.id(), RLIMIT_RTTIME, nullptr, &limits) == 0);
  CHECK(limits.rlim_cur != RLIM_INFINITY);
  process.wait();
}

TEST_CASE_METHOD(LauncherFixture, "a launch that fails says why and leaves nothing") {
  spec.executable = "/nonexistent/program";
  spec.argv = {"program"};
  const Process process = launch_spec();
  CHECK(failure.error == ENOENT);
  CHECK(failure.step == std::string("exec"));
  CHECK_FALSE(process.is_open());
  CHECK(no_children());
}

TEST_CASE_METHOD(LauncherFixture, "a child that could not be watched is killed and collected, not left running") {
  NoPidfd system;
  const Process process = launch("exec sleep 1000", 0, system);
  CHECK(failure.error == ENOSYS);
  CHECK_FALSE(process.is_open());
  CHECK(no_children());
}

TEST_CASE_METHOD(LauncherFixture, "a child for whose handle epoll has no room is killed and collected") {
  constexpr int no_descriptor = 1'000'000;
  stand_in.reset(no_descriptor);
  const Process process = launch("exec sleep 1000");
  CHECK(failure.error == EBADF);
  CHECK(failure.step == std::string("epoll_ctl"));
  CHECK_FALSE(process.is_open());
  CHECK(no_children());
}
