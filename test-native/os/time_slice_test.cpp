#include "core/os/time_slice.hpp"

#include <catch2/catch.hpp>

#include <sched.h>

#include <cstdint>
#include <thread>

using namespace cloudops;

namespace {

/// On a thread of its own, which others do not inherit from.
template <class Work>
void on_a_thread(Work work) {
  std::thread(work).join();
}

}  // namespace

TEST_CASE("a time slice is exchanged for another one, and back") {
  std::uint64_t before = 0;
  std::uint64_t shortened = 0;
  std::uint64_t restored = 0;
  on_a_thread([&] {
    before = exchange_time_slice(shortest_time_slice_ns);
    shortened = exchange_time_slice(before);
    restored = exchange_time_slice(before);
  });
  if (before == 0) {
    WARN("this kernel has no time slices that a thread can choose");
    return;
  }
  CHECK(before > shortest_time_slice_ns);
  CHECK(shortened == shortest_time_slice_ns);
  CHECK(restored == before);
}

TEST_CASE("a thread that is not scheduled in the ordinary way is left alone") {
  std::uint64_t said = 1;
  int policy = SCHED_OTHER;
  on_a_thread([&] {
    const sched_param parameters{};
    // No privilege is needed in this direction.
    if (::sched_setscheduler(0, SCHED_BATCH, &parameters) != 0) return;
    said = exchange_time_slice(shortest_time_slice_ns);
    policy = ::sched_getscheduler(0);
  });
  CHECK(said == 0);
  CHECK(policy == SCHED_BATCH);
}
