#include "core/store/execution_store.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace cloudops;
using std::chrono::seconds;

namespace {

constexpr SteadyTime start_of_time{};

Outcome outcome(const Uuid& id, ExecutionStatus status) {
  ExecutionResult result;
  result.id = id;
  result.status = status;
  return {std::make_shared<const ExecutionResult>(std::move(result)), std::nullopt};
}

struct StoreFixture {
  Config config;
  ExecutionStore store{config};

  Uuid add(std::int64_t at = 0) {
    const Uuid id = make_uuid();
    store.add(id, "true", std::nullopt, WallTime(std::chrono::microseconds(at)));
    return id;
  }
  Uuid add_finished(seconds at, ExecutionStatus status = ExecutionStatus::completed) {
    const Uuid id = add();
    store.mark_running(id, WallTime{});
    store.finish(id, outcome(id, status), start_of_time + at);
    return id;
  }
  Uuid add_finished_with_output(std::size_t bytes) {
    const Uuid id = add();
    ExecutionResult result;
    result.id = id;
    result.status = ExecutionStatus::completed;
    result.out.kept = ByteBuffer(std::string(bytes, 'x'));
    store.finish(id, {std::make_shared<const ExecutionResult>(std::move(result)), std::nullopt}, start_of_time);
    return id;
  }
  std::vector<Uuid> clean_up(seconds now, std::size_t limit = 1'000) {
    std::vector<Uuid> gone;
    const auto count = store.clean_up(start_of_time + now, limit, [&](const Uuid& id) { gone.push_back(id); });
    REQUIRE(count == gone.size());
    return gone;
  }
};

}  // namespace

TEST_CASE_METHOD(StoreFixture, "a record goes from pending to running to its one outcome") {
  const Uuid id = add();
  CHECK_FALSE(store.add(id, "again", std::nullopt, WallTime{}));
  CHECK(store.stats().total == 1);
  CHECK(store.status(id) == ExecutionStatus::pending);
  CHECK(store.outcome(id) == nullptr);
  CHECK_FALSE(store.remove(id));
  store.mark_running(id, WallTime{});
  CHECK(store.status(id) == ExecutionStatus::running);

  int called = 0;
  CHECK(store.add_waiter(id, [&](const Outcome&) { ++called; }));
  CHECK(store.add_waiter(id, [&](const Outcome&) { ++called; }));
  for (const auto& waiter : store.finish(id, outcome(id, ExecutionStatus::timeout), start_of_time))
    waiter(*store.outcome(id));
  CHECK(called == 2);
  CHECK(store.status(id) == ExecutionStatus::timeout);
  CHECK_FALSE(store.add_waiter(id, [](const Outcome&) {}));
  CHECK(store.remove(id));
  CHECK_FALSE(store.contains(id));
  CHECK_FALSE(store.status(id).has_value());
  CHECK_FALSE(store.remove(id));
}

TEST_CASE_METHOD(StoreFixture, "what never ran may finish from pending") {
  const Uuid id = add();
  store.finish(id, outcome(id, ExecutionStatus::cancelled), start_of_time);
  CHECK(store.stats().pending == 0);
  CHECK(store.stats().cancelled == 1);
}

TEST_CASE_METHOD(StoreFixture, "a listing keeps the order of acceptance and tells a finished one's own times") {
  const Uuid first = add(300);
  const Uuid second = add(100);
  const Uuid third = add(100);
  store.mark_running(first, WallTime(std::chrono::microseconds(400)));
  const auto list = store.list();
  REQUIRE(list.size() == 3);
  CHECK(list[0].id == first);
  CHECK(list[1].id == second);
  CHECK(list[2].id == third);
  CHECK(list[0].status == ExecutionStatus::running);
  CHECK(list[0].started_at == WallTime(std::chrono::microseconds(400)));
  CHECK_FALSE(list[2].duration.has_value());

  ExecutionResult result;
  result.status = ExecutionStatus::completed;
  result.duration = std::chrono::microseconds(5);
  store.finish(second, {std::make_shared<const ExecutionResult>(result), std::nullopt}, start_of_time);
  CHECK(store.list()[1].id == second);
  CHECK(store.list()[1].duration == std::chrono::microseconds(5));
}

TEST_CASE_METHOD(StoreFixture, "cleanup forgets by age, the oldest first, and never what has not finished") {
  config.execution_retention_secs = 100;
  add();
  const Uuid running = add();
  store.mark_running(running, WallTime{});
  const Uuid first = add_finished(seconds(1000));
  const Uuid second = add_finished(seconds(1050));
  CHECK(clean_up(seconds(1099)).empty());
  CHECK(clean_up(seconds(1100)) == std::vector{first});
  CHECK(clean_up(seconds(9000)) == std::vector{second});
  CHECK(clean_up(seconds(90'000)).empty());
  CHECK(store.stats().total == 2);
}

TEST_CASE_METHOD(StoreFixture, "cleanup then forgets by count, the first to finish first, in slices") {
  config.execution_retention_secs = 1'000'000;
  config.max_in_memory_executions = 2;
  std::vector<Uuid> finished;
  for (int i = 0; i < 6; ++i) finished.push_back(add_finished(seconds(2'000'000 + i)));
  CHECK(clean_up(seconds(2'000'010), 3) == std::vector(finished.begin(), finished.begin() + 3));
  CHECK(clean_up(seconds(2'000'010), 3) == std::vector{finished[3]});
  CHECK(clean_up(seconds(2'000'010), 3).empty());
  CHECK(store.contains(finished[4]));
}

TEST_CASE_METHOD(StoreFixture, "what cleanup forgot is freed slice by slice, what is removed at once") {
  config.max_in_memory_executions = 1;
  const auto add_seen = [this] {
    const Uuid id = add_finished(seconds(1));
    return std::pair(id, std::weak_ptr(store.outcome(id)->result));
  };
  const auto [first, first_result] = add_seen();
  const auto [second, second_result] = add_seen();
  const auto [removed, removed_result] = add_seen();
  const auto [kept, kept_result] = add_seen();
  clean_up(seconds(2), 2);
  CHECK_FALSE(store.contains(first));
  CHECK_FALSE(store.contains(second));
  CHECK(store.remove(removed));
  CHECK(removed_result.expired());
  CHECK_FALSE(second_result.expired());
  CHECK(store.free_forgotten(1));
  CHECK(first_result.expired());
  CHECK_FALSE(second_result.expired());
  CHECK_FALSE(store.free_forgotten(1));
  CHECK(second_result.expired());
  CHECK_FALSE(kept_result.expired());
}

TEST_CASE_METHOD(StoreFixture, "the oldest outputs are dropped, also when older ones are gone with their records") {
  config.max_in_memory_output_bytes = 1'000;
  std::vector<Uuid> gone;
  for (int i = 0; i < 4; ++i) gone.push_back(add_finished_with_output(200));
  SECTION("nothing is gone") { gone.clear(); }
  SECTION("they were removed") {
    for (const auto& id : gone) CHECK(store.remove(id));
  }
  SECTION("they were cleaned up") {
    config.execution_retention_secs = 100;
    CHECK(clean_up(seconds(100)) == gone);
  }
  std::vector<Uuid> expected;
  for (const auto& summary : store.list()) expected.push_back(summary.id);
  std::vector<Uuid> kept;
  for (int i = 0; i < 12; ++i) (i < 9 ? expected : kept).push_back(add_finished_with_output(300));
  std::vector<Uuid> dropped;
  store.drop_outputs([&](const Uuid& id, const ResultPtr&) { dropped.push_back(id); });
  CHECK(dropped == expected);
  for (const auto& id : dropped) CHECK(store.outcome(id)->result->out.kept.empty());
  for (const auto& id : kept) CHECK(store.outcome(id)->result->out.kept.size() == 300);
}

TEST_CASE_METHOD(StoreFixture, "statistics are those of the records, whatever happens, and never below zero") {
  config.execution_retention_secs = 50;
  config.max_in_memory_executions = 20;
  std::mt19937 random(42);
  std::vector<Uuid> known;
  constexpr std::array ends{ExecutionStatus::completed, ExecutionStatus::failed, ExecutionStatus::cancelled,
                            ExecutionStatus::timeout};
  for (int step = 0; step < 3'000; ++step) {
    const auto now = seconds(1'000 + step);
    const auto action = random() % 8;
    if (action < 3 || known.empty()) {
      known.push_back(add());
    } else {
      const Uuid id = known[random() % known.size()];
      const auto status = store.status(id);
      if (!status || is_terminal(*status)) {
        if (action == 3) store.remove(id);
      } else if (*status == ExecutionStatus::pending && action < 6) {
        store.mark_running(id, WallTime{});
      } else {
        store.finish(id, outcome(id, ends[random() % ends.size()]), start_of_time + now);
      }
    }
    if (action == 7) clean_up(now, 1 + random() % 5);

    if (step % 16 != 0) continue;
    ExecutionStats counted;
    for (const auto& summary : store.list()) {
      ++counted.total;
      switch (summary.status) {
        case ExecutionStatus::pending: ++counted.pending; break;
        case ExecutionStatus::running: ++counted.running; break;
        case ExecutionStatus::completed: ++counted.completed; break;
        case ExecutionStatus::failed: ++counted.failed; break;
        case ExecutionStatus::cancelled: ++counted.cancelled; break;
        case ExecutionStatus::timeout: ++counted.timeout; break;
      }
    }
    const ExecutionStats& kept = store.stats();
    REQUIRE(kept.total == counted.total);
    REQUIRE(kept.pending == counted.pending);
    REQUIRE(kept.running == counted.running);
    REQUIRE(kept.completed == counted.completed);
    REQUIRE(kept.failed == counted.failed);
    REQUIRE(kept.cancelled == counted.cancelled);
    REQUIRE(kept.timeout == counted.timeout);
  }
}
