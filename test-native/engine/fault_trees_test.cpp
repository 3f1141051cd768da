#include "core/settle/stop_ladder.hpp"

#include "engine_fixture.hpp"
#include "faulty_system.hpp"
#include "host_state.hpp"

#include <catch2/catch.hpp>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

using namespace cloudops;
using namespace cloudops::test;

namespace {

constexpr std::uint64_t for_ever = std::numeric_limits<std::uint64_t>::max();
/// The first calls of a kind matter; the hundred after them are the same pass over /proc once more.
constexpr std::uint64_t first_calls = 4;

/// While it lives, descendants that lose their parents become children of this process: none can hide.
class Orphanage {
 public:
  Orphanage() { REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0); }
  ~Orphanage() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
  /// To be called when the engine is gone: all that it started has ended. Collects it.
  bool is_empty() const {
    for (;;) {
      const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
      if (pid == 0) return false;
      if (pid < 0 && errno == ECHILD) return true;
    }
  }
};

/// While it lives, this process has no descriptor left.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    rlimit few = before_;
    few.rlim_cur = std::min<rlim_t>(before_.rlim_cur, 256);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    for (int fd = ::dup(2); fd >= 0; fd = ::dup(2)) taken_.emplace_back(fd);
  }
  ~NoDescriptorsLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
  std::vector<UniqueFd> taken_;
};

/// One that left the group and its session, and does not hear SIGTERM; the leader waits for it.
const std::string stubborn = "setsid sh -c 'trap \"\" TERM; echo up; exec sleep 1000' & wait";

Config hasty() {
  Config config;
  config.kill_grace_period_ms = 20;
  return config;
}

/// Errors of these calls that a working system may answer with.
std::vector<int> errors_of(Call call) {
  switch (call) {
    case Call::open_at: return {EMFILE, ENOENT, EIO};
    case Call::list:
    case Call::rewind: return {EIO, ENOMEM};
    case Call::read_file: return {EIO, ESRCH, ENOMEM};
    // Not EPERM, which is for good: whoever has become another user is in its tree by its relations.
    case Call::rttime_limits: return {ESRCH};
    case Call::group_of: return {ESRCH};
    case Call::open_process: return {EMFILE, ENOSYS, EPERM};
    case Call::signal_process:
    case Call::kill: return {EPERM, ESRCH};
    default: return {};
  }
}

enum class End { cancel, timeout };

/// Starts the stubborn tree and ends it, with that fault; false when there was no such call.
bool end_with_fault(Call call, std::uint64_t nth, int error, End end) {
  INFO(to_string(call) << " number " << nth << " failed with " << errno_name(error));
  FaultySystem system({{call, nth, error}});
  const Orphanage orphanage;
  ResultPtr result;
  {
    TestEngine test(hasty(), system);
    const auto id = test.start(shell(stubborn, end == End::timeout ? R"("timeout_ms":60)" : ""));
    if (end == End::cancel) {
      REQUIRE(test.first_line(id) == "up");
      test.cancel(id);
    }
    result = test.finish(id);
    CHECK(test.slots_come_back());
  }
  CHECK(result->status == (end == End::cancel ? ExecutionStatus::cancelled : ExecutionStatus::timeout));
  REQUIRE(result->termination.has_value());
  CHECK(result->termination->survivors.empty());
  REQUIRE(orphanage.is_empty());
  return system.failed().has_value();
}

/// The same for every kind of call, and how many faults there were.
int end_with_faults(std::uint64_t up_to, End end) {
  int faults = 0;
  for (std::size_t kind = 0; kind < kinds_of_calls; ++kind)
    for (const int error : errors_of(static_cast<Call>(kind)))
      for (std::uint64_t nth = 1; nth <= up_to && end_with_fault(static_cast<Call>(kind), nth, error, end); ++nth)
        ++faults;
  return faults;
}

Uuid start_stubborn(TestEngine& test) {
  const auto id = test.start(shell(stubborn));
  REQUIRE(test.first_line(id) == "up");
  return id;
}

/// Lets the engine's clock run fast until it has settled.
ResultPtr finish_in_fast_time(TestEngine& test, FaultySystem& system, const Uuid& id) {
  REQUIRE(eventually([&] {
    system.advance(std::chrono::milliseconds(500));
    return test.result(id).has_value();
  }));
  return test.finish(id);
}

/// Lets the engine's clock run fast until it kills: from there on the kernel needs the time that it needs.
void skip_grace_period(FaultySystem& system) {
  REQUIRE(eventually([&] {
    if (!system.has_killed()) system.advance(std::chrono::milliseconds(500));
    return system.has_killed();
  }));
}

/// Cancels the stubborn tree and skips the grace period.
ResultPtr cancel_in_fast_time(TestEngine& test, FaultySystem& system) {
  const auto id = start_stubborn(test);
  test.cancel(id);
  skip_grace_period(system);
  return test.finish(id);
}

}  // namespace

TEST_CASE("whatever call fails once by which a cancelled tree is found or ended, none of it survives") {
  { TestEngine().run(shell("true")); }
  const auto before = HostState::now();
  CHECK(end_with_faults(first_calls, End::cancel) > 40);
  CHECK(before.comes_back());
}

TEST_CASE("whatever call fails once after a timeout, none of the tree survives") {
  { TestEngine().run(shell("true")); }
  const auto before = HostState::now();
  CHECK(end_with_faults(2, End::timeout) > 20);
  CHECK(before.comes_back());
}

TEST_CASE("a tree whose signals are all refused is named in the result once the patience has passed") {
  { TestEngine().run(shell("true")); }
  const auto before = HostState::now();
  {
    const Orphanage orphanage;
    ResultPtr result;
    {
      FaultySystem system({{Call::signal_process, 1, EPERM, for_ever}, {Call::kill, 1, EPERM, for_ever}});
      TestEngine test(hasty(), system);
      const auto id = start_stubborn(test);
      test.cancel(id);
      result = finish_in_fast_time(test, system, id);
      CHECK(result->status == ExecutionStatus::cancelled);
      REQUIRE(result->termination.has_value());
      // The leader, and the one that left it.
      CHECK(result->termination->survivors.size() == 2);
      for (const auto pid : result->termination->survivors) CHECK_FALSE(has_ended(pid));
      CHECK(result->duration >= kill_patience);
      CHECK(test.slots_come_back());
      for (const auto pid : result->termination->survivors)
        if (pid > 1) ::kill(pid, SIGKILL);
    }
    CHECK(eventually([&] { return orphanage.is_empty(); }));
  }
  CHECK(before.comes_back());
}

TEST_CASE("a tree is found and ended in a host that has no descriptor left") {
  // By their relations, which are in files of /proc; marks are read without.
  FaultySystem system({{Call::rttime_limits, 1, EPERM, for_ever}});
  const Orphanage orphanage;
  {
    TestEngine test(hasty(), system);
    // None of it ends before it is killed, which would leave the engine a descriptor.
    const auto id = test.start(shell("trap '' TERM; setsid sh -c 'echo up; exec sleep 1000' & wait"));
    REQUIRE(test.first_line(id) == "up");
    const NoDescriptorsLeft none;
    test.cancel(id);
    const auto result = test.finish(id);
    REQUIRE(result->termination.has_value());
    CHECK(result->termination->survivors.empty());
  }
  CHECK(orphanage.is_empty());
}

TEST_CASE("a leader that survived is collected whenever it ends") {
  FaultySystem system({{Call::signal_process, 1, EPERM, for_ever}, {Call::kill, 1, EPERM, for_ever}});
  TestEngine test(hasty(), system);
  const auto id = test.start(shell("echo $$; exec sleep 1000"));
  const int leader = std::stoi(test.first_line(id));
  test.cancel(id);
  const auto result = finish_in_fast_time(test, system, id);
  REQUIRE(result->termination.has_value());
  CHECK(result->termination->survivors == std::vector<std::int32_t>{leader});
  ::kill(leader, SIGKILL);
  CHECK(eventually([&] { return is_gone(leader); }));
}

TEST_CASE("where signals by pidfd are refused they go by number") {
  const int error = GENERATE(EPERM, ENOSYS);
  const Orphanage orphanage;
  {
    FaultySystem system({{Call::signal_process, 1, error, for_ever}});
    TestEngine test(hasty(), system);
    const auto result = cancel_in_fast_time(test, system);
    REQUIRE(result->termination.has_value());
    CHECK(result->termination->survivors.empty());
  }
  CHECK(eventually([&] { return orphanage.is_empty(); }));
}

TEST_CASE("a tree that cannot be listed at all still settles, without its leader") {
  FaultySystem system({{Call::list, 1, EIO, for_ever}});
  TestEngine test(hasty(), system);
  const auto id = test.start(shell("echo $$; trap '' TERM; read line", R"("stdin":{"type":"pipe"})"));
  const int leader = std::stoi(test.first_line(id));
  test.cancel(id);
  CHECK(finish_in_fast_time(test, system, id)->status == ExecutionStatus::cancelled);
  // In fast time the patience may pass before the kernel has let it go.
  CHECK(eventually([&] { return is_gone(leader); }));
}

TEST_CASE("where /proc shows nothing the leader is signalled and waited for all the same") {
  struct EmptyProc final : System {
    ssize_t list(int, void*, std::size_t) override { return 0; }
  } system;
  TestEngine test(hasty(), system);
  const auto id = test.start(shell("trap '' TERM; echo $$; read line", R"("stdin":{"type":"pipe"})"));
  const int leader = std::stoi(test.first_line(id));
  test.cancel(id);
  const auto result = test.finish(id);
  CHECK(result->status == ExecutionStatus::cancelled);
  CHECK(result->signal == "SIGKILL");
  REQUIRE(result->termination.has_value());
  CHECK(result->termination->signals.size() == 2);
  CHECK(result->termination->survivors.empty());
  CHECK(is_gone(leader));
}

TEST_CASE("a leader that has ended is no member of its tree, though /proc cannot say so") {
  struct BlindProc final : System {
    int open_at(int dir, const char* path, int flags, mode_t mode) override {
      const std::string name = path;
      if (!has_proc && name == "/proc") return -ENOENT;
      if (has_proc && name.ends_with("/stat")) return -EMFILE;
      return System::open_at(dir, path, flags, mode);
    }
    bool has_proc = true;
  } system;
  SECTION("its status cannot be read") {}
  SECTION("there is no /proc") { system.has_proc = false; }
  Config config;
  config.kill_grace_period_ms = 60'000;
  TestEngine test(config, system);
  const auto id = test.start(shell("echo up; exec sleep 1000"));
  REQUIRE(test.first_line(id) == "up");
  test.cancel(id);
  const auto result = test.finish(id);
  CHECK(result->signal == "SIGTERM");
  REQUIRE(result->termination.has_value());
  CHECK(result->termination->signals.size() == 1);
  CHECK(result->termination->survivors.empty());
}

TEST_CASE("the grace period and what a result says of time go by the engine's clock") {
  Config config;
  config.kill_grace_period_ms = 60'000;
  FaultySystem system;
  TestEngine test(config, system);
  const auto result = cancel_in_fast_time(test, system);
  REQUIRE(result->termination.has_value());
  const auto& signals = result->termination->signals;
  REQUIRE(signals.size() == 2);
  CHECK(signals[0].signal == "SIGTERM");
  CHECK(signals[1].signal == "SIGKILL");
  CHECK(signals[1].at_ms - signals[0].at_ms >= 60'000);
  CHECK(result->duration >= std::chrono::minutes(1));
}

TEST_CASE("the patience for SIGKILL begins with SIGKILL, however long the grace period was") {
  const Orphanage orphanage;
  {
    Config config;
    config.kill_grace_period_ms = 3'000;
    FaultySystem system({{Call::signal_process, 1, EPERM, for_ever}, {Call::kill, 1, EPERM, for_ever}});
    TestEngine test(config, system);
    const auto id = start_stubborn(test);
    test.cancel(id);
    skip_grace_period(system);
    // The turn in which everything was refused is over when this is answered.
    test.stats();
    system.heal();
    const auto result = test.finish(id);
    REQUIRE(result->termination.has_value());
    CHECK(result->termination->survivors.empty());
  }
  CHECK(eventually([&] { return orphanage.is_empty(); }));
}

TEST_CASE("cancelling again does not begin the grace period again") {
  Config config;
  config.kill_grace_period_ms = 60'000;
  FaultySystem system;
  TestEngine test(config, system);
  const auto id = test.start(shell("trap 'echo heard' TERM; echo up; while :; do sleep 0.01; done"));
  REQUIRE(test.first_line(id) == "up");
  test.cancel(id);
  REQUIRE(test.sink->wait_until([&](const auto& events) { return text_of(events, id) == "up\nheard\n"; }));
  CHECK(test.cancel(id).has_value());
  skip_grace_period(system);
  const auto result = test.finish(id);
  REQUIRE(result->termination.has_value());
  const auto& signals = result->termination->signals;
  REQUIRE(signals.size() == 2);
  CHECK(signals[0].signal == "SIGTERM");
  CHECK(signals[1].signal == "SIGKILL");
}
