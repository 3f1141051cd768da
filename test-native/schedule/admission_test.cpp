#include "core/schedule/admission.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <vector>

using namespace cloudops;
using Decision = Admission::Decision;

namespace {

Uuid numbered(std::uint8_t number) {
  Uuid id{};
  id.data[15] = number;
  return id;
}

}  // namespace

TEST_CASE("fail_fast refuses as soon as every slot is taken") {
  Admission admission(2, ConcurrencyPolicy::fail_fast, 10);
  CHECK(admission.request(numbered(1), 0) == Decision::start);
  CHECK(admission.request(numbered(2), 0) == Decision::start);
  CHECK(admission.request(numbered(3), 99) == Decision::refuse_no_slot);
  CHECK(admission.running() == 2);
  CHECK(admission.waiting() == 0);
  CHECK(admission.release() == std::nullopt);
  CHECK(admission.request(numbered(3), 0) == Decision::start);
}

TEST_CASE("a queue gives slots by priority, then by arrival") {
  Admission admission(1, ConcurrencyPolicy::queue, 10);
  CHECK(admission.request(numbered(1), 0) == Decision::start);
  constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
  constexpr auto highest = std::numeric_limits<std::int32_t>::max();
  const std::vector<std::int32_t> priorities{0, 5, lowest, 0, highest, 5, -1};
  for (std::size_t i = 0; i < priorities.size(); ++i)
    CHECK(admission.request(numbered(static_cast<std::uint8_t>(10 + i)), priorities[i]) == Decision::wait);

  for (const std::uint8_t expected : {14, 11, 15, 10, 13, 16, 12}) {
    CHECK(admission.release() == numbered(expected));
    CHECK(admission.running() == 1);
  }
  CHECK(admission.release() == std::nullopt);
  CHECK(admission.running() == 0);
}

TEST_CASE("a full queue refuses, but never those that wait patiently") {
  Admission admission(1, ConcurrencyPolicy::queue, 1);
  CHECK(admission.request(numbered(1), 0) == Decision::start);
  CHECK(admission.request(numbered(2), 0) == Decision::wait);
  CHECK(admission.request(numbered(3), 0) == Decision::refuse_queue_full);
  CHECK(admission.request_patiently(numbered(4), 0) == Decision::wait);
  CHECK(admission.waiting() == 2);
  CHECK(admission.request(numbered(5), 0) == Decision::refuse_queue_full);
  CHECK(admission.withdraw(numbered(2)));
  CHECK(admission.request(numbered(5), 0) == Decision::wait);
  CHECK(admission.request(numbered(6), 0) == Decision::refuse_queue_full);
  CHECK(admission.release() == numbered(4));
  CHECK(admission.release() == numbered(5));
  CHECK(admission.request_patiently(numbered(7), 0) == Decision::wait);
  CHECK(admission.request(numbered(8), 0) == Decision::wait);

  Admission strict(1, ConcurrencyPolicy::fail_fast, 0);
  CHECK(strict.request_patiently(numbered(1), 0) == Decision::start);
  CHECK(strict.request_patiently(numbered(2), 0) == Decision::wait);
  CHECK(strict.release() == numbered(2));
}

TEST_CASE("who withdraws is not given a slot") {
  Admission admission(1, ConcurrencyPolicy::queue, 10);
  admission.request(numbered(1), 0);
  admission.request(numbered(2), 0);
  admission.request(numbered(3), 0);
  CHECK(admission.withdraw(numbered(2)));
  CHECK_FALSE(admission.withdraw(numbered(2)));
  CHECK_FALSE(admission.withdraw(numbered(1)));
  CHECK(admission.release() == numbered(3));
  CHECK_FALSE(admission.withdraw(numbered(3)));
}

TEST_CASE("no sequence of requests, releases and withdrawals loses or doubles a slot") {
  std::mt19937 random(20260131);
  Admission admission(3, ConcurrencyPolicy::queue, 5);
  std::set<Uuid> running;
  std::set<Uuid> waiting;
  for (int step = 0; step < 20'000; ++step) {
    const auto id = make_uuid();
    switch (random() % 4) {
      case 0:
      case 1: {
        const auto decision = admission.request(id, static_cast<std::int32_t>(random() % 3));
        if (decision == Decision::start) running.insert(id);
        if (decision == Decision::wait) waiting.insert(id);
        break;
      }
      case 2:
        if (!running.empty()) {
          running.erase(running.begin());
          if (const auto next = admission.release()) {
            REQUIRE(waiting.erase(*next) == 1);
            running.insert(*next);
          }
        }
        break;
      default:
        if (!waiting.empty()) {
          REQUIRE(admission.withdraw(*waiting.begin()));
          waiting.erase(waiting.begin());
        }
    }
    REQUIRE(admission.running() == running.size());
    REQUIRE(admission.waiting() == waiting.size());
    REQUIRE(running.size() <= 3);
    // A slot stays free only while nobody waits for it.
    REQUIRE((waiting.empty() || running.size() == 3));
  }
}
