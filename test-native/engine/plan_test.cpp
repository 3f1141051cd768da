#include "engine_fixture.hpp"
#include "faulty_system.hpp"
#include "host_state.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace cloudops;
using namespace cloudops::test;

namespace {

/// Plans, besides what any engine can do.
struct PlanEngine : TestEngine {
  using TestEngine::TestEngine;

  Expected<Uuid> submit_plan(const std::string& strategy, const std::vector<std::string>& commands,
                             const std::string& id = "") {
    std::string json = "{" + (id.empty() ? "" : R"("id":")" + id + "\",") + R"("description":"a test","strategy":)" +
                       strategy + R"(,"commands":[)";
    for (std::size_t i = 0; i < commands.size(); ++i) json += (i == 0 ? "" : ",") + commands[i];
    json += "]}";
    return ask<Uuid>([&](auto answer) {
      engine.submit_plan(value_from_json(json).value(), Environment::from_current(), nullptr, std::move(answer));
    });
  }
  PlanResultPtr finish_plan(const Uuid& id) {
    return ask<PlanResultPtr>([&](auto answer) { engine.wait_plan(id, std::move(answer)); }).value();
  }
};

std::vector<ExecutionStatus> statuses(const PlanExecutionResult& plan) {
  std::vector<ExecutionStatus> all;
  for (const auto& result : plan.results) all.push_back(result->status);
  return all;
}

const std::string serial = R"({"type":"serial"})";
const std::string parallel = R"({"type":"parallel"})";
constexpr auto completed = ExecutionStatus::completed;
constexpr auto failed = ExecutionStatus::failed;
constexpr auto cancelled = ExecutionStatus::cancelled;

Config one_slot() {
  Config config;
  config.max_concurrent_executions = 1;
  return config;
}

}  // namespace

TEST_CASE("a plan's commands wait for slots, whatever the policy, and each result is in its place") {
  PlanEngine test(one_slot());
  const auto id = test.submit_plan(parallel, {shell("echo a"), shell("exit 2"), shell("echo c")}).value();
  const auto plan = test.finish_plan(id);
  CHECK(statuses(*plan) == std::vector{completed, failed, completed});
  CHECK(plan->status == failed);
  CHECK(plan->results[2]->out.kept == "c\n");
  CHECK(test.slots_come_back());
  CHECK(test.concurrency().currently_pending == 0);
}

TEST_CASE("what comes after a failure in a serial plan is not run, and says why") {
  PlanEngine test;
  const auto plan = test.finish_plan(test.submit_plan(serial, {shell("exit 1"), shell("true"), shell("true")}).value());
  CHECK(statuses(*plan) == std::vector{failed, cancelled, cancelled});
  CHECK(plan->results[1]->error.value_or("").find("not run") == 0);
  CHECK(test.stats().running + test.stats().pending == 0);
}

TEST_CASE("a plan that a timeout stopped has timed out, whatever did not run because of it") {
  PlanEngine test;
  const auto plan = test.finish_plan(
      test.submit_plan(serial, {shell("exec sleep 1000", R"("timeout_ms":40)"), shell("true")}).value());
  CHECK(statuses(*plan) == std::vector{ExecutionStatus::timeout, cancelled});
  CHECK(plan->results[1]->error == "not run: command 0 timed out");
  CHECK(plan->status == ExecutionStatus::timeout);
}

TEST_CASE("cancelling a plan ends what runs and what waits, in a queue of one") {
  PlanEngine test(one_slot());
  const auto id = test.submit_plan(parallel, {blocker(), blocker(), blocker(), blocker()}).value();
  REQUIRE(test.sink->wait_until([](const auto& events) { return !events.empty(); }));
  CHECK(test.cancel(id).has_value());
  const auto plan = test.finish_plan(id);
  CHECK(plan->status == cancelled);
  CHECK(statuses(*plan) == std::vector{cancelled, cancelled, cancelled, cancelled});
  CHECK(test.cancel(id).error().code == ErrorCode::not_running);
  CHECK(test.slots_come_back());
  CHECK(test.concurrency().currently_pending == 0);
}

TEST_CASE("a plan none of whose commands can be started settles, however long it is") {
  FaultySystem system({{Call::spawn, 1, EIO, std::numeric_limits<std::uint64_t>::max()}});
  PlanEngine test(one_slot(), system);
  const auto id =
      test.submit_plan(R"({"type":"serial","stop_on_error":false})", std::vector<std::string>(300, shell("true")))
          .value();
  const auto plan = test.finish_plan(id);
  CHECK(plan->stats.failed == 300);
  CHECK(test.slots_come_back());
}

TEST_CASE("cancelling a plan at any moment settles all of it and gives the slots back") {
  Config config;
  config.max_concurrent_executions = 2;
  PlanEngine test(config);
  for (int round = 0; round < 15; ++round) {
    const auto& strategy = round % 2 == 0 ? serial : parallel;
    const auto id = test.submit_plan(strategy, {shell("true"), shell("echo x"), shell("true")}).value();
    for (int spin = 0; spin < round * 3; ++spin) test.stats();
    test.cancel(id);
    const auto plan = test.finish_plan(id);
    for (const auto& result : plan->results) REQUIRE(result != nullptr);
  }
  CHECK(test.slots_come_back());
  CHECK(test.stats().running + test.stats().pending == 0);
}

TEST_CASE("a plan id or a command id that is known is refused, also within one plan") {
  PlanEngine test;
  const std::string same = shell("true", R"("id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301")");
  CHECK(test.submit_plan(parallel, {same, same}).has_error());
  CHECK(test.stats().total == 0);
  const auto id = test.submit_plan(parallel, {same}).value();
  test.finish_plan(id);
  CHECK(test.submit_plan(parallel, {shell("true"), same}).error().field == "commands[1].id");
}

TEST_CASE("closing and destroying an engine takes its plans along") {
  { TestEngine().run(shell("true")); }
  const auto before = HostState::now();
  for (const bool close_first : {true, false}) {
    std::vector<ExecutionStatus> seen;
    {
      PlanEngine test(one_slot());
      const auto id = test.submit_plan(serial, {blocker(), shell("true")}).value();
      test.submit_plan(parallel, {shell("true"), blocker()});
      test.engine.wait_plan(id, [&](const Expected<PlanResultPtr>& plan) { seen = statuses(*plan.value()); });
      if (close_first) test.close();
    }
    CHECK(seen == std::vector{cancelled, cancelled});
  }
  CHECK(before.comes_back());
}

TEST_CASE("a plan's id, used again, is that of the new plan only") {
  Config config;
  config.max_in_memory_output_bytes = 200'000;
  PlanEngine test(config);
  const std::string id = "11111111-1111-4111-8111-111111111111";
  const std::string large = shell("head -c 90000 /dev/zero");
  const auto plan = test.submit_plan(parallel, {large, large}, id).value();
  test.finish_plan(plan);
  CHECK(test.remove(plan).has_value());
  test.submit_plan(serial, {shell("echo mine")}, id).value();
  const Uuid mine = test.finish_plan(plan)->results.at(0)->id;
  // The output of the first plan's first command leaves memory.
  test.run(large);
  const auto kept = test.finish_plan(plan);
  REQUIRE(kept->results.size() == 1);
  CHECK(kept->results[0]->id == mine);
}

TEST_CASE("cancelling a plan leaves one alone that was given the id of a finished command") {
  PlanEngine test;
  const std::string id = "22222222-2222-4222-8222-222222222222";
  const auto plan =
      test.submit_plan(serial, {R"({"id":")" + id + R"(","command":{"type":"exec","program":"true"}})", blocker()})
          .value();
  const Uuid reused = parse_uuid(id).value();
  REQUIRE(test.wait(reused).value().result->success());
  REQUIRE(test.remove(reused).has_value());
  const auto stranger =
      test.start(R"({"id":")" + id + R"(","command":{"type":"exec","program":"cat"},"stdin":{"type":"pipe"}})");
  CHECK(test.cancel(plan).has_value());
  CHECK(test.finish_plan(plan)->status == cancelled);
  CHECK(test.close_stdin(stranger).has_value());
  CHECK(test.finish(stranger)->success());
}

TEST_CASE("removing a plan leaves one alone that was given the id of a finished command") {
  PlanEngine test;
  const std::string id = "33333333-3333-4333-8333-333333333333";
  const std::string command = shell("true", R"("id":")" + id + "\"");
  const Uuid reused = parse_uuid(id).value();
  const auto first = test.submit_plan(serial, {command}).value();
  test.finish_plan(first);
  REQUIRE(test.remove(reused).has_value());
  const auto second = test.submit_plan(serial, {blocker(), command}).value();
  REQUIRE(test.remove(first).has_value());
  // It waits in the second plan, which therefore knows of its end.
  REQUIRE(test.cancel(reused).has_value());
  CHECK(test.cancel(second).has_value());
  CHECK(statuses(*test.finish_plan(second)) == std::vector{cancelled, cancelled});
}
