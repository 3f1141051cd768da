#include "core/validate/plan_graph.hpp"

#include <catch2/catch.hpp>

using namespace cloudops;
using Indices = std::vector<std::size_t>;

TEST_CASE("an acyclic graph has no cycle", "[validate]") {
  CHECK(find_cycle(0, {}).empty());
  CHECK(find_cycle(3, {}).empty());
  // A diamond: two ways to the same command are no cycle.
  CHECK(find_cycle(4, {{0, {1, 2}}, {1, {3}}, {2, {3}}}).empty());
}

TEST_CASE("a cycle is given in the order of waiting, the smallest index first", "[validate]") {
  CHECK(find_cycle(2, {{0, {1}}, {1, {0}}}) == Indices{0, 1});
  CHECK(find_cycle(4, {{0, {3}}, {3, {1}}, {1, {0}}}) == Indices{0, 3, 1});
  // 0 leads into it and is no part of it; it is entered at 2.
  CHECK(find_cycle(5, {{0, {4, 2}}, {2, {3}}, {3, {1}}, {1, {2}}}) == Indices{1, 2, 3});
}

TEST_CASE("a cycle is spelled out", "[validate]") {
  CHECK(cycle_text({0, 3, 1}) == "0 -> 3 -> 1 -> 0");
  Indices all(1000);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const std::string text = cycle_text(all);
  CHECK(text.starts_with("0 -> 1 -> 2 -> "));
  CHECK_THAT(text, Catch::Matchers::Contains("19 -> (960 more) -> 980 -> "));
  CHECK(text.ends_with("998 -> 999 -> 0"));
}

TEST_CASE("a chain of 100000 commands is walked without recursion", "[validate]") {
  constexpr std::size_t count = 100'000;
  std::map<std::size_t, Indices> chain;
  for (std::size_t i = 0; i + 1 < count; ++i) chain[i] = {i + 1};
  CHECK(find_cycle(count, chain).empty());
  chain[count - 1] = {0};
  CHECK(find_cycle(count, chain).size() == count);
}
