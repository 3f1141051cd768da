#include "engine_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <vector>

using namespace cloudops;
using namespace cloudops::test;

namespace {

Config queueing(std::size_t slots, std::size_t max_queued = 10'000) {
  Config config;
  config.max_concurrent_executions = slots;
  config.max_queued_executions = max_queued;
  config.concurrency_policy = ConcurrencyPolicy::queue;
  return config;
}

const std::string id_field = R"("id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301")";

std::vector<Uuid> order_of_starts(const RecordingSink& sink) {
  std::vector<Uuid> ids;
  for (const auto& event : sink.events())
    if (const auto* started = std::get_if<StartedEvent>(&event)) ids.push_back(started->execution_id);
  return ids;
}

}  // namespace

TEST_CASE("a queue starts by priority, then in the order of arrival") {
  TestEngine test(queueing(1));
  const auto first = test.start(blocker());
  REQUIRE(test.has_started(first));
  const auto low = test.start(shell("true", R"("priority":-5)"));
  const auto usual = test.start(shell("true"));
  const auto usual_later = test.start(shell("true"));
  const auto high = test.start(shell("true", R"("priority":7)"));
  CHECK(test.status(high).value() == ExecutionStatus::pending);
  CHECK(test.concurrency().currently_pending == 4);
  CHECK(test.concurrency().available_slots == 0);
  CHECK(test.stats().pending == 4);

  CHECK(test.close_stdin(first).has_value());
  for (const auto& id : {low, usual, usual_later, high}) CHECK(test.finish(id)->success());
  CHECK(order_of_starts(*test.sink) == std::vector{first, high, usual, usual_later, low});
  CHECK(test.slots_come_back());
}

TEST_CASE("never more run than there are slots, and every one of many gets its turn") {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  TestEngine test(queueing(3));
  test.sink->observe([&](const Event& event) {
    if (std::holds_alternative<StartedEvent>(event)) most = std::max(most.load(), ++running);
    if (std::holds_alternative<FinishedEvent>(event)) --running;
  });
  std::vector<Uuid> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(test.start(shell(i % 7 == 0 ? "kill -9 $$" : "true")));
  for (const auto& id : ids) test.finish(id);
  CHECK(most <= 3);
  CHECK(most > 1);
  CHECK(test.stats().total == 40);
  CHECK(test.slots_come_back());
}

TEST_CASE("fail_fast refuses what finds no slot and accepts again when one is free") {
  Config config;
  config.max_concurrent_executions = 1;
  TestEngine test(config);
  const auto first = test.start(blocker());
  CHECK(test.submit(shell("true")).error().code == ErrorCode::concurrency_limit_reached);
  CHECK(test.stats().total == 1);
  test.close_stdin(first);
  test.finish(first);
  REQUIRE(test.slots_come_back());
  CHECK(test.run(shell("true"))->success());
}

TEST_CASE("a full queue refuses and says how full it is") {
  TestEngine test(queueing(1, 2));
  const auto first = test.start(blocker());
  test.start(shell("true"));
  const auto last = test.start(shell("true"));
  const auto refused = test.submit(shell("true"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == ErrorCode::queue_full);
  CHECK(refused.error().message.find('2') != std::string::npos);
  test.close_stdin(first);
  CHECK(test.finish(last)->success());
}

TEST_CASE("an id is used once, in every state, until it is removed") {
  TestEngine test(queueing(1));
  const auto refused = [&] {
    const auto answer = test.submit(shell("true", id_field));
    return answer.has_error() && answer.error().kind == ValidationKind::duplicate_id;
  };
  const auto first = test.start(blocker());
  const auto id = test.start(blocker(id_field));
  CHECK(to_string(id) == "3f2504e0-4f89-41d3-9a0c-0305e82c3301");
  CHECK(refused());
  test.close_stdin(first);
  REQUIRE(test.has_started(id));
  CHECK(refused());
  test.close_stdin(id);
  test.finish(id);
  CHECK(refused());
  CHECK(test.remove(id).has_value());
  CHECK(test.run(shell("true", id_field))->success());
}

TEST_CASE("a request that is refused or withdrawn takes no slot and leaves no trace") {
  TestEngine test(queueing(1));
  CHECK(test.submit(R"({"command":{"type":"exec","program":"no-such-program-anywhere"}})").error().kind ==
        ValidationKind::invalid_command);
  const auto ticket = std::make_shared<SubmitTicket>();
  CHECK(ticket->withdraw());
  const auto withdrawn = TestEngine::ask<Uuid>([&](auto answer) {
    test.engine.submit(value_from_json(shell("true")).value(), Environment::from_current(), ticket, std::move(answer));
  });
  CHECK(withdrawn.error().code == ErrorCode::internal);
  CHECK(test.stats().total == 0);
  CHECK(test.concurrency().currently_running == 0);
  CHECK(test.sink->events().empty());
}

TEST_CASE("an id that is cancelled, removed and used again while its start is due starts once") {
  TestEngine test(queueing(2));
  const auto first = test.start(blocker());
  const auto second = test.start(blocker());
  const auto next = test.start(blocker(id_field));
  REQUIRE(test.has_started(second));

  // From inside the event these calls arrive between the handing on of the slot and the start that it means.
  std::promise<Expected<Uuid>> accepted;
  test.sink->observe([&](const Event& event) {
    const auto* finished = std::get_if<FinishedEvent>(&event);
    if (finished == nullptr || finished->result->id != first) return;
    test.engine.cancel(next, [](const auto&) {});
    test.engine.remove(next, [](const auto&) {});
    test.engine.submit(value_from_json(blocker(id_field)).value(), Environment::from_current(), nullptr,
                       [&](Expected<Uuid> answer) { accepted.set_value(std::move(answer)); });
  });
  test.close_stdin(first);
  REQUIRE(accepted.get_future().get().has_value());
  REQUIRE(test.has_started(next));
  test.close_stdin(second);
  test.finish(second);
  // An answer from the engine thread after what the end of `second` has set in motion.
  test.stats();
  CHECK(test.concurrency().currently_running == 1);
  test.close_stdin(next);
  CHECK(test.finish(next)->success());
  CHECK(starts_of(test.sink->events(), next) == 1);
  CHECK(test.slots_come_back());
  CHECK(test.concurrency().currently_pending == 0);
}
