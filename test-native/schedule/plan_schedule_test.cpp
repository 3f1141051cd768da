#include "core/schedule/plan_schedule.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <iterator>
#include <random>
#include <set>
#include <vector>

using namespace cloudops;
using Indices = std::vector<std::size_t>;

namespace {

Indices indices_of(const std::vector<PlanSchedule::Dropped>& dropped) {
  Indices indices;
  for (const auto& one : dropped) indices.push_back(one.index);
  std::sort(indices.begin(), indices.end());
  return indices;
}

/// So many commands of one priority.
std::vector<std::int64_t> alike(std::size_t count) { return std::vector<std::int64_t>(count); }

}  // namespace

TEST_CASE("serial: one after the other, and a failure stops the rest") {
  PlanSchedule schedule(SerialStrategy{}, alike(4));
  CHECK(schedule.take_ready() == Indices{0});
  CHECK(schedule.take_ready().empty());
  CHECK(schedule.finish(0, true).empty());
  CHECK(schedule.take_ready() == Indices{1});
  const auto dropped = schedule.finish(1, false);
  CHECK(indices_of(dropped) == Indices{2, 3});
  CHECK(dropped[1].because_of == 1);
  CHECK(schedule.done());
}

TEST_CASE("serial without stop_on_error goes on after a failure") {
  PlanSchedule schedule(SerialStrategy{false}, alike(2));
  schedule.take_ready();
  CHECK(schedule.finish(0, false).empty());
  CHECK(schedule.take_ready() == Indices{1});
  schedule.finish(1, true);
  CHECK(schedule.done());
}

TEST_CASE("serial: withdrawing one that waits does not let its successor overtake") {
  PlanSchedule schedule(SerialStrategy{false}, alike(4));
  CHECK(schedule.take_ready() == Indices{0});
  CHECK(schedule.withdraw(2).empty());
  CHECK(schedule.withdraw(1).empty());
  CHECK(schedule.take_ready().empty());
  CHECK(schedule.finish(0, true).empty());
  CHECK(schedule.take_ready() == Indices{3});
  schedule.finish(3, true);
  CHECK(schedule.done());
}

TEST_CASE("serial with stop_on_error: withdrawing one drops all behind it") {
  PlanSchedule schedule(SerialStrategy{}, alike(3));
  schedule.take_ready();
  CHECK(indices_of(schedule.withdraw(1)) == Indices{2});
  CHECK(schedule.finish(0, true).empty());
  CHECK(schedule.take_ready().empty());
  CHECK(schedule.done());
}

TEST_CASE("parallel: never more at once than allowed, and a failure stops nobody") {
  PlanSchedule schedule(ParallelStrategy{2}, alike(4));
  CHECK(schedule.take_ready() == Indices{0, 1});
  CHECK(schedule.finish(1, false).empty());
  CHECK(schedule.take_ready() == Indices{2});
  CHECK(schedule.withdraw(3).empty());
  schedule.finish(0, true);
  CHECK(schedule.take_ready().empty());
  schedule.finish(2, true);
  CHECK(schedule.done());
}

TEST_CASE("higher priority first, within one in the order of getting ready") {
  PlanSchedule schedule(ParallelStrategy{1}, {0, -1, 7, 0, 7});
  Indices order;
  for (auto ready = schedule.take_ready(); !ready.empty(); ready = schedule.take_ready()) {
    order.push_back(ready.at(0));
    schedule.finish(ready.at(0), true);
  }
  CHECK(order == Indices{2, 4, 0, 3, 1});
}

TEST_CASE("priority lets nobody start before what it depends on") {
  PlanSchedule schedule(DependencyGraphStrategy{{{1, {0}}, {3, {0}}}, 1}, {0, 1, 2, 9});
  CHECK(schedule.take_ready() == Indices{2});
  schedule.finish(2, true);
  CHECK(schedule.take_ready() == Indices{0});
  schedule.finish(0, true);
  CHECK(schedule.take_ready() == Indices{3});
  schedule.finish(3, true);
  CHECK(schedule.take_ready() == Indices{1});
}

TEST_CASE("a graph starts each command the moment its own dependencies are done") {
  // 0 and 1 first; 2 after 0; 3 after 2 and 1.
  PlanSchedule schedule(DependencyGraphStrategy{{{2, {0}}, {3, {2, 1}}}, {}}, alike(4));
  CHECK(schedule.take_ready() == Indices{0, 1});
  schedule.finish(0, true);
  CHECK(schedule.take_ready() == Indices{2});
  schedule.finish(2, true);
  CHECK(schedule.take_ready().empty());
  schedule.finish(1, true);
  CHECK(schedule.take_ready() == Indices{3});
}

TEST_CASE("withdrawing all leaves only what runs") {
  PlanSchedule schedule(ParallelStrategy{1}, alike(3));
  schedule.take_ready();
  CHECK(schedule.withdraw_all() == Indices{1, 2});
  CHECK(schedule.take_ready().empty());
  CHECK_FALSE(schedule.done());
  schedule.finish(0, false);
  CHECK(schedule.done());
}

TEST_CASE("in any graph every command runs or is dropped, once, and none before what it depends on") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const std::size_t count = 1 + random() % 12;
    DependencyGraphStrategy graph;
    for (std::size_t later = 1; later < count; ++later)
      for (std::size_t earlier = 0; earlier < later; ++earlier)
        if (random() % 4 == 0) graph.dependencies[later].push_back(earlier);
    if (random() % 2 == 0) graph.max_concurrency = 1 + random() % 3;
    PlanSchedule schedule(graph, alike(count));

    std::set<std::size_t> running;
    std::set<std::size_t> succeeded;
    std::set<std::size_t> over;
    const auto drop = [&](const std::vector<PlanSchedule::Dropped>& dropped) {
      for (const auto& one : dropped) {
        REQUIRE(over.insert(one.index).second);
        REQUIRE(running.count(one.index) == 0);
        REQUIRE(succeeded.count(one.because_of) == 0);
      }
    };
    while (!schedule.done()) {
      for (const std::size_t index : schedule.take_ready()) {
        for (const std::size_t earlier : graph.dependencies[index]) REQUIRE(succeeded.count(earlier) == 1);
        REQUIRE(over.count(index) == 0);
        REQUIRE(running.insert(index).second);
      }
      REQUIRE(running.size() <= graph.max_concurrency.value_or(count));
      // Work that is left is never stuck.
      REQUIRE_FALSE(running.empty());
      const std::size_t candidate = random() % count;
      if (random() % 8 == 0 && running.count(candidate) == 0 && over.count(candidate) == 0) {
        over.insert(candidate);
        drop(schedule.withdraw(candidate));
        continue;
      }
      const std::size_t index = *std::next(running.begin(), static_cast<std::ptrdiff_t>(random() % running.size()));
      running.erase(index);
      over.insert(index);
      const bool success = random() % 5 != 0;
      if (success) succeeded.insert(index);
      drop(schedule.finish(index, success));
    }
    REQUIRE(over.size() == count);
    REQUIRE(running.empty());
  }
}
