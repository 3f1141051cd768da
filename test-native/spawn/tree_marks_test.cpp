#include "core/spawn/tree_marks.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace cloudops;

namespace {
constexpr rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
}

TEST_CASE("marks are large, distinct and recognised by their own engine only") {
  TreeMarks marks(unlimited);
  TreeMarks others(unlimited);
  REQUIRE(marks.available());
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t mark = marks.next();
    CHECK(mark >> 56 == 0x3f);
    CHECK(marks.mine(mark));
    CHECK_FALSE(others.mine(mark));
    CHECK(seen.insert(mark).second);
  }
  CHECK_FALSE(marks.mine(0));
  CHECK_FALSE(marks.mine(RLIM_INFINITY));
}

TEST_CASE("a mark limits both ways in a host without limits") {
  TreeMarks marks(unlimited);
  const std::uint64_t mark = marks.next();
  const rlimit limits = marked_limits(unlimited, mark);
  CHECK(limits.rlim_cur == mark);
  CHECK(limits.rlim_max == mark);
  CHECK(marks.find(limits) == mark);
}

TEST_CASE("a soft limit that the host has is kept") {
  TreeMarks marks(rlimit{200'000, RLIM_INFINITY});
  const std::uint64_t mark = marks.next();
  const rlimit limits = marked_limits({200'000, RLIM_INFINITY}, mark);
  CHECK(limits.rlim_cur == 200'000);
  CHECK(marks.find(limits) == mark);
}

TEST_CASE("a host that is itself marked passes both marks on") {
  TreeMarks outer(unlimited);
  const std::uint64_t outer_mark = outer.next();
  const rlimit inherited = marked_limits(unlimited, outer_mark);
  TreeMarks inner(inherited);
  const std::uint64_t inner_mark = inner.next();
  CHECK(inner_mark < outer_mark);
  const rlimit limits = marked_limits(inherited, inner_mark);
  CHECK(limits.rlim_cur <= limits.rlim_max);
  CHECK(outer.find(limits) == outer_mark);
  CHECK(inner.find(limits) == inner_mark);

  TreeMarks innermost(limits);
  const std::uint64_t innermost_mark = innermost.next();
  const rlimit third = marked_limits(limits, innermost_mark);
  CHECK(outer.find(third) == outer_mark);
  CHECK(innermost.find(third) == innermost_mark);
}

TEST_CASE("a real limit on real-time use leaves no room for marks") {
  TreeMarks marks(rlimit{200'000, 200'000});
  CHECK_FALSE(marks.available());
  CHECK(marks.next() == 0);
  CHECK_FALSE(marks.mine(0));
  CHECK(marks.find({200'000, 200'000}) == 0);
}
