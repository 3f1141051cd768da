#include "engine_fixture.hpp"
#include "faulty_system.hpp"
#include "host_state.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace cloudops;
using namespace cloudops::test;

TEST_CASE("a timeout keeps what was written and says how long it waited") {
  TestEngine test;
  const auto result = test.run(shell("echo early; exec sleep 1000", R"("timeout_ms":300)"));
  CHECK(result->status == ExecutionStatus::timeout);
  CHECK(result->out.kept == "early\n");
  CHECK(result->error.value_or("").find("300 ms") != std::string::npos);
  REQUIRE(result->termination.has_value());
  CHECK(result->termination->cause == TerminationCause::timeout);
  REQUIRE(result->termination->signals.size() == 1);
  CHECK(result->termination->signals[0].at_ms >= 300);
  CHECK(test.stats().timeout == 1);
  CHECK(test.slots_come_back());
}

TEST_CASE("a timeout reaches a stopped child, one that ignores SIGTERM, and those that left the group") {
  Config config;
  config.kill_grace_period_ms = 30;
  TestEngine test(config);
  const auto stopped = test.start(shell("echo up; kill -STOP $$", R"("timeout_ms":500)"));
  const auto stubborn = test.start(shell("trap '' TERM; echo up; while :; do sleep 1000; done", R"("timeout_ms":500)"));
  const auto scattered =
      test.start(shell("(setsid sh -c 'echo $$; exec sleep 1000' &) ; exec sleep 1000", R"("timeout_ms":500)"));
  const std::string line = test.first_line(scattered);
  REQUIRE_FALSE(line.empty());
  for (const auto& id : {stopped, stubborn, scattered}) {
    const auto result = test.finish(id);
    CHECK(result->status == ExecutionStatus::timeout);
    REQUIRE(result->termination.has_value());
    CHECK(result->termination->survivors.empty());
  }
  CHECK(test.finish(stubborn)->signal == "SIGKILL");
  CHECK(eventually([&] { return has_ended(std::stoi(line)); }));
}

TEST_CASE("a descendant that goes on writing after the exit is ended by the timeout") {
  Config config;
  // So long that a machine that stands still for a moment does not make the writer look silent.
  config.drain_grace_ms = 60'000;
  TestEngine test(config);
  const auto result = test.run(shell("(while :; do echo x; sleep 0.01; done) & exit 0", R"("timeout_ms":600)"));
  CHECK(result->status == ExecutionStatus::timeout);
  CHECK(result->exit_code == 0);
  REQUIRE(result->termination.has_value());
  CHECK(result->termination->survivors.empty());
}

TEST_CASE("a later cause changes nothing") {
  Config config;
  config.kill_grace_period_ms = 700;
  TestEngine test(config);
  const auto id = test.start(shell("trap '' TERM; echo up; while :; do sleep 1000; done", R"("timeout_ms":600)"));
  REQUIRE(test.first_line(id) == "up");
  // The timeout comes while this one still waits for the grace period to pass.
  CHECK(test.cancel(id).has_value());
  const auto result = test.finish(id);
  CHECK(result->status == ExecutionStatus::cancelled);
  REQUIRE(result->termination.has_value());
  CHECK(result->termination->cause == TerminationCause::cancel);
}

TEST_CASE("a clock that leaps ends nothing: deadlines are timers, not comparisons") {
  FaultySystem system;
  TestEngine test({}, system);
  const auto id = test.start(blocker(R"("timeout_ms":600000)"));
  REQUIRE(test.has_started(id));
  system.advance(std::chrono::hours(24));
  CHECK(test.write(id, "still here\n").has_value());
  CHECK(test.first_line(id) == "still here");
  test.close_stdin(id);
  CHECK(test.finish(id)->success());
}

TEST_CASE("many timeouts at once all end, with nothing left running") {
  TestEngine test;
  std::vector<Uuid> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(test.start(shell("sleep 1000 & wait", R"("timeout_ms":50)")));
  for (const auto& id : ids) {
    const auto result = test.finish(id);
    CHECK(result->status == ExecutionStatus::timeout);
    CHECK((!result->termination || result->termination->survivors.empty()));
  }
  CHECK(test.slots_come_back());
}
