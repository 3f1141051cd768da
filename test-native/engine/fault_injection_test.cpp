#include "engine_fixture.hpp"
#include "faulty_system.hpp"
#include "host_state.hpp"
#include "stream/scratch_dir.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

using namespace cloudops;
using namespace cloudops::test;

namespace {

constexpr std::uint64_t for_ever = std::numeric_limits<std::uint64_t>::max();

bool may_pass(int error) { return error == EAGAIN || error == EMFILE || error == ENOMEM; }

/// Counts how often its command really ran.
class RunCounter {
 public:
  RunCounter() : path_("/tmp/cloudops-runs-" + std::to_string(::getpid())) { ::unlink(path_.c_str()); }
  ~RunCounter() { ::unlink(path_.c_str()); }
  /// Uses stdin, stdout and stderr.
  std::string request() const {
    return shell("echo ran >> " + path_ + "; cat; echo err >&2", R"("stdin":{"type":"data","data":"in\n"})");
  }
  std::ptrdiff_t runs() const {
    std::ifstream file(path_);
    return std::distance(std::istreambuf_iterator<char>(file), {}) / 4;
  }

 private:
  std::string path_;
};

/// Runs one command with that fault; false when there was no such call.
bool run_with_fault(std::uint64_t nth, int error) {
  FaultySystem system({{std::nullopt, nth, error}});
  const RunCounter counter;
  Outcome outcome;
  {
    TestEngine test({}, system);
    outcome = test.wait(test.start(counter.request())).value();
    CHECK(test.slots_come_back());
    CHECK(test.stats().running == 0);
  }
  if (!system.failed()) return false;

  const Call call = *system.failed();
  const ExecutionResult& result = *outcome.result;
  INFO("call " << nth << " (" << to_string(call) << ") failed with " << errno_name(error) << ": "
               << to_string(result.status) << ", " << result.error.value_or("no error"));
  CHECK(counter.runs() <= 1);
  const bool whole = result.out.kept == "in\n" && result.err.kept == "err\n";
  switch (call) {
    case Call::pipe:
    case Call::open_for_reading:
    case Call::duplicate:
    case Call::spawn:
      if (may_pass(error)) {
        CHECK(result.status == ExecutionStatus::completed);
        CHECK(whole);
        CHECK(counter.runs() == 1);
        break;
      }
      [[fallthrough]];
    case Call::pidfd:
      // Its child had started: that one is not tried again, or the command might run twice.
      CHECK(result.status == ExecutionStatus::failed);
      REQUIRE(outcome.error.has_value());
      CHECK(outcome.error->code == ErrorCode::spawn_failed);
      CHECK(outcome.error->errno_name == errno_name(error));
      break;
    case Call::read:
    case Call::write:
      CHECK(result.status ==
            (error == EAGAIN || error == EINTR ? ExecutionStatus::completed : ExecutionStatus::failed));
      CHECK(result.error.has_value() == (result.status == ExecutionStatus::failed));
      CHECK_FALSE(outcome.error.has_value());
      break;
    case Call::peek:
      CHECK(result.status == (error == EINTR ? ExecutionStatus::completed : ExecutionStatus::failed));
      CHECK(whole);
      break;
    default:
      // What it takes to find trees, which nobody has to find here.
      CHECK(result.status == ExecutionStatus::completed);
      CHECK(whole);
      break;
  }
  return true;
}

/// Starts and cancels one with that fault; false when there was no such call.
bool cancel_with_fault(Call call, std::uint64_t nth, int error) {
  FaultySystem system({{call, nth, error}});
  ResultPtr result;
  {
    TestEngine test({}, system);
    const auto id = test.start(shell("echo up; sleep 1000", R"("stdin":{"type":"pipe"})"));
    test.sink->wait_until([](const auto& events) { return !events.empty(); });
    test.cancel(id);
    result = test.finish(id);
    CHECK(test.slots_come_back());
  }
  if (!system.failed()) return false;
  INFO("call " << nth << " (" << to_string(*system.failed()) << ") failed with " << errno_name(error) << ": "
               << to_string(result->status) << ", " << result->error.value_or("no error"));
  CHECK((result->status == ExecutionStatus::cancelled || result->status == ExecutionStatus::failed));
  return true;
}

}  // namespace

TEST_CASE("whatever call fails while an execution is cancelled, it settles and nothing leaks") {
  { TestEngine().run(shell("true")); }
  const auto before = HostState::now();
  for (const int error : {EAGAIN, EIO}) {
    int faults = 0;
    // Those by which its tree is found and ended have tests of their own.
    for (const Call call : {Call::pipe, Call::open_for_reading, Call::spawn, Call::pidfd, Call::duplicate, Call::read,
                            Call::write, Call::peek, Call::reap})
      for (std::uint64_t nth = 1; cancel_with_fault(call, nth, error); ++nth) ++faults;
    CHECK(faults > 7);
    CHECK(before.comes_back());
  }
}

TEST_CASE("whatever call of an execution fails, it settles as it should and nothing leaks") {
  { TestEngine().run(shell("true")); }
  const auto before = HostState::now();
  for (const int error : {EAGAIN, EINTR, EMFILE, ENOMEM, EIO, ENOENT}) {
    // The first call beyond the last one that an execution makes finds nothing to fail.
    std::uint64_t nth = 1;
    while (run_with_fault(nth, error)) ++nth;
    CHECK(nth > 10);
    CHECK(before.comes_back());
  }
}

TEST_CASE("a shortage that lasts a while is waited out") {
  for (const Call call : {Call::pipe, Call::open_for_reading, Call::duplicate, Call::spawn}) {
    INFO(to_string(call));
    FaultySystem system({{call, 1, EMFILE, 5}});
    TestEngine test({}, system);
    const auto result = test.run(shell("echo done"));
    CHECK(result->status == ExecutionStatus::completed);
    CHECK(result->out.kept == "done\n");
    CHECK(system.failures() == 5);
  }
}

TEST_CASE("a timeout says nothing of a shortage that passed before") {
  FaultySystem system({{Call::spawn, 1, EAGAIN, 1}});
  TestEngine test({}, system);
  const auto result = test.run(shell("exec sleep 1000", R"("timeout_ms":400)"));
  CHECK(result->status == ExecutionStatus::timeout);
  CHECK(result->error == "did not end within 400 ms");
  CHECK(system.failures() == 1);
}

TEST_CASE("a log is waited for, too") {
  const ScratchDir scratch;
  Config config;
  config.log_dir = scratch / "logs";
  for (const int error : {EMFILE, ENFILE, ENOMEM}) {
    FaultySystem system({{Call::open_at, 1, error, 5}});
    TestEngine test(config, system);
    const auto result = test.run(shell("echo done"));
    CHECK(result->success());
    CHECK_FALSE(result->error.has_value());
    REQUIRE(result->log_path.has_value());
    CHECK(read_all(*result->log_path) == "done\n");
    CHECK(system.failures() == 5);
  }
}

TEST_CASE("whoever waits for something that is short tries again whenever a command has ended") {
  // Only that of the second command: /dev/null is opened by the first.
  FaultySystem system({{Call::open_for_reading, 2, EMFILE, for_ever}});
  TestEngine test({}, system);
  test.run(shell("true"));
  const Uuid waiting = test.start(shell("cat", R"("stdin":{"type":"file","path":"/dev/null"})"));
  constexpr std::uint64_t others = 40;
  for (std::uint64_t i = 0; i < others; ++i) CHECK(test.run(shell("true"))->success());
  CHECK(system.failures() >= others);
  system.heal();
  CHECK(test.finish(waiting)->success());
}

TEST_CASE("a shortage that outlasts the timeout ends in a timeout that says so") {
  const auto before = HostState::now();
  {
    FaultySystem system({{Call::spawn, 1, EAGAIN, for_ever}});
    TestEngine test({}, system);
    const auto outcome = test.wait(test.start(shell("true", R"("timeout_ms":40)"))).value();
    CHECK(outcome.result->status == ExecutionStatus::timeout);
    CHECK(outcome.result->error.value_or("").find("EAGAIN") != std::string::npos);
    REQUIRE(outcome.result->termination.has_value());
    CHECK(outcome.result->termination->cause == TerminationCause::timeout);
    CHECK(outcome.result->termination->signals.empty());
    CHECK_FALSE(outcome.error.has_value());
    CHECK(test.slots_come_back());
  }
  CHECK(before.comes_back());
}

TEST_CASE("an execution that cannot be started yet can be cancelled") {
  FaultySystem system({{Call::pipe, 1, EMFILE, for_ever}});
  TestEngine test({}, system);
  const auto id = test.start(shell("true"));
  REQUIRE(eventually([&] { return system.failures() > 0; }));
  CHECK(test.status(id).value() == ExecutionStatus::running);
  CHECK(test.cancel(id).has_value());
  const auto result = test.finish(id);
  CHECK(result->status == ExecutionStatus::cancelled);
  CHECK(result->error == "cancelled before it started");
  CHECK(result->exit_code == -1);
  CHECK(test.slots_come_back());
  CHECK(starts_of(test.sink->events(), id) == 0);
  system.heal();
  CHECK(test.run(shell("echo ok"))->out.kept == "ok\n");
}

TEST_CASE("a first shortage does not mark the engine for life") {
  FaultySystem system({{Call::open_for_reading, 1, ENFILE, 1}});
  TestEngine test({}, system);
  for (int i = 0; i < 3; ++i) CHECK(test.run(shell("echo fine"))->out.kept == "fine\n");
}

TEST_CASE("a hundred failed starts give back a hundred slots") {
  FaultySystem system({{Call::spawn, 1, EIO, for_ever}});
  Config config;
  config.max_concurrent_executions = 2;
  config.concurrency_policy = ConcurrencyPolicy::queue;
  TestEngine test(config, system);
  std::vector<Uuid> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(test.start(shell("true")));
  for (const auto& id : ids) CHECK(test.wait(id).value().error->code == ErrorCode::spawn_failed);
  CHECK(test.stats().failed == 100);
  CHECK(test.slots_come_back());
  CHECK(test.concurrency().currently_pending == 0);
}
