#include "engine_fixture.hpp"
#include "host_state.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>
#include <vector>

using namespace cloudops;
using namespace cloudops::test;

namespace {

Config one_slot() {
  Config config;
  config.max_concurrent_executions = 1;
  config.concurrency_policy = ConcurrencyPolicy::queue;
  return config;
}

std::vector<std::string> signals_of(const ExecutionResult& result) {
  std::vector<std::string> names;
  if (result.termination)
    for (const auto& sent : result.termination->signals) names.push_back(sent.signal);
  return names;
}

}  // namespace

TEST_CASE("cancelling one that waits settles it at once and lets the next have its turn") {
  TestEngine test(one_slot());
  const auto first = test.start(blocker());
  const auto waits = test.start(shell("true"));
  const auto behind = test.start(shell("true"));
  CHECK(test.cancel(waits).has_value());
  const auto result = test.finish(waits);
  CHECK(result->status == ExecutionStatus::cancelled);
  CHECK(result->exit_code == -1);
  CHECK(result->error == "cancelled before it started");
  REQUIRE(result->termination.has_value());
  CHECK(result->termination->cause == TerminationCause::cancel);
  CHECK(result->termination->signals.empty());
  CHECK(starts_of(test.sink->events(), waits) == 0);
  CHECK(test.concurrency().currently_pending == 1);
  test.close_stdin(first);
  CHECK(test.finish(behind)->success());
  CHECK(test.slots_come_back());
}

TEST_CASE("cancelling a running one ends its tree and keeps its output") {
  TestEngine test;
  const auto id = test.start(shell("sleep 1000 & echo $!; wait"));
  const int descendant = std::stoi(test.first_line(id));
  CHECK(test.cancel(id).has_value());
  const auto result = test.finish(id);
  CHECK(result->status == ExecutionStatus::cancelled);
  CHECK(result->out.kept == std::to_string(descendant) + "\n");
  CHECK(signals_of(*result) == std::vector<std::string>{"SIGTERM"});
  REQUIRE(result->termination.has_value());
  CHECK(result->termination->cause == TerminationCause::cancel);
  CHECK(result->termination->survivors.empty());
  CHECK(eventually([&] { return has_ended(descendant); }));
  CHECK(test.cancel(id).error().code == ErrorCode::not_running);
  CHECK(test.stats().cancelled == 1);
}

TEST_CASE("cancelling one whose process has exited ends the descendant that holds its pipe") {
  Config config;
  config.drain_grace_ms = 60'000;
  TestEngine test(config);
  const auto id = test.start(shell("sleep 1000 & echo $$ $!"));
  const std::string pids = test.first_line(id);
  const int leader = std::stoi(pids);
  const int descendant = std::stoi(pids.substr(pids.find(' ')));
  REQUIRE(eventually([&] { return has_ended(leader); }));
  CHECK(test.status(id).value() == ExecutionStatus::running);
  CHECK(test.cancel(id).has_value());
  const auto result = test.finish(id);
  CHECK(result->status == ExecutionStatus::cancelled);
  CHECK(result->exit_code == 0);
  CHECK_FALSE(result->output_incomplete);
  CHECK(eventually([&] { return has_ended(descendant); }));
}

TEST_CASE("one in the leader's group that has taken off its mark is ended, although the leader has ended before") {
  Config config;
  config.kill_grace_period_ms = 30;
  config.drain_grace_ms = 60'000;
  TestEngine test(config);
  const std::string unmarked = "(trap '' TERM; ulimit -R 1000000; echo $BASHPID; while :; do sleep 0.05; done) & ";
  std::string rest;
  SECTION("by SIGTERM") { rest = "wait"; }
  SECTION("by itself") { rest = "exit 0"; }
  const auto id = test.start(R"({"command":{"type":"shell","shell":"bash","command":")" + unmarked + rest + R"("}})");
  const int stray = std::stoi(test.first_line(id));
  CHECK(test.cancel(id).has_value());
  const auto result = test.finish(id);
  CHECK(signals_of(*result) == std::vector<std::string>{"SIGTERM", "SIGKILL"});
  CHECK(result->termination->survivors.empty());
  CHECK(eventually([&] { return has_ended(stray); }));
}

TEST_CASE("one that ignores SIGTERM is killed after the grace period") {
  Config config;
  config.kill_grace_period_ms = 30;
  TestEngine test(config);
  const auto id = test.start(shell("trap '' TERM; echo ready; while :; do sleep 1000; done"));
  REQUIRE(test.first_line(id) == "ready");
  test.cancel(id);
  const auto result = test.finish(id);
  CHECK(result->signal == "SIGKILL");
  REQUIRE(signals_of(*result) == std::vector<std::string>{"SIGTERM", "SIGKILL"});
  const auto& signals = result->termination->signals;
  // Both are cut to whole milliseconds.
  CHECK(signals[1].at_ms - signals[0].at_ms >= 29);
}

TEST_CASE("one that ends well on SIGTERM is cancelled all the same, with the code it chose") {
  TestEngine test;
  const auto id = test.start(shell("trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done"));
  REQUIRE(test.first_line(id) == "ready");
  test.cancel(id);
  const auto result = test.finish(id);
  CHECK(result->status == ExecutionStatus::cancelled);
  CHECK(result->exit_code == 5);
  CHECK(result->out.kept == "ready\nbye\n");
}

TEST_CASE("what a command starts in answer to SIGTERM is not ended by that SIGTERM") {
  TestEngine test;
  for (int i = 0; i < 5; ++i) {
    const auto id =
        test.start(shell("trap '/bin/sh -c \"sleep 0.02; echo cleaned\"; exit 0' TERM; echo up; while :; do :; done"));
    REQUIRE(test.first_line(id) == "up");
    REQUIRE(test.cancel(id).has_value());
    const auto result = test.finish(id);
    CHECK(result->out.kept == "up\ncleaned\n");
    CHECK(signals_of(*result) == std::vector<std::string>{"SIGTERM"});
  }
}

TEST_CASE("one that has left the process group hears SIGTERM too, also when there is no time to act on it") {
  Config config;
  config.kill_grace_period_ms = GENERATE(0, 5000);
  TestEngine test(config);
  const auto id = test.start(
      shell("setsid sh -c 'trap \"echo heard; exit 0\" TERM; echo up; while :; do sleep 0.01; done' & wait"));
  REQUIRE(test.first_line(id) == "up");
  REQUIRE(test.cancel(id).has_value());
  const auto result = test.finish(id);
  CHECK(signals_of(*result).front() == "SIGTERM");
  if (config.kill_grace_period_ms == 0) return;
  CHECK(result->out.kept == "up\nheard\n");
  CHECK(signals_of(*result) == std::vector<std::string>{"SIGTERM"});
}

TEST_CASE("a stopped child is cancelled without waiting for the grace period") {
  TestEngine test;
  const auto id = test.start(shell("echo $$; kill -STOP $$; echo never"));
  REQUIRE_FALSE(test.first_line(id).empty());
  test.cancel(id);
  const auto result = test.finish(id);
  CHECK(result->status == ExecutionStatus::cancelled);
  CHECK(signals_of(*result) == std::vector<std::string>{"SIGTERM"});
}

TEST_CASE("what is not known or has finished cannot be cancelled") {
  TestEngine test;
  CHECK(test.cancel(make_uuid()).error().code == ErrorCode::not_found);
  const auto id = test.start(shell("true"));
  test.finish(id);
  CHECK(test.cancel(id).error().code == ErrorCode::not_running);
}

TEST_CASE("cancelling at any moment of a short life settles once and gives the slot back") {
  TestEngine test(one_slot());
  for (int i = 0; i < 60; ++i) {
    const auto id = test.start(shell("echo x"));
    // The later in this loop, the further its life has got.
    for (int spin = 0; spin < i; ++spin) test.status(id);
    test.cancel(id);
    const auto status = test.finish(id)->status;
    CHECK((status == ExecutionStatus::cancelled || status == ExecutionStatus::completed));
  }
  CHECK(test.slots_come_back());
  CHECK(test.stats().running == 0);
  CHECK(test.stats().cancelled + test.stats().completed == 60);
}

TEST_CASE("fifty trees are ended together") {
  TestEngine test;
  std::vector<Uuid> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(test.start(shell("sleep 1000 & sleep 1000 & wait")));
  for (const auto& id : ids) test.engine.cancel(id, [](const auto&) {});
  for (const auto& id : ids) CHECK(test.finish(id)->status == ExecutionStatus::cancelled);
  CHECK(test.slots_come_back());
}
