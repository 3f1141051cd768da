#include "core/settle/settlement.hpp"

#include "core/settle/stop_ladder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

using namespace cloudops;

TEST_CASE("a command that ends by itself settles when it has exited and both pipes are drained") {
  std::array<char, 3> facts{'a', 'b', 'x'};
  do {
    Settlement settlement;
    settlement.pipes_opened(2);
    for (const char fact : facts) {
      CHECK_FALSE(settlement.complete());
      if (fact == 'x')
        settlement.exited();
      else
        settlement.pipe_ended();
    }
    CHECK(settlement.complete());
    CHECK_FALSE(settlement.output_incomplete());
  } while (std::next_permutation(facts.begin(), facts.end()));
}

TEST_CASE("a command that is terminated settles only when its tree is empty too, in any order") {
  std::array<char, 4> facts{'a', 'b', 't', 'x'};
  do {
    Settlement settlement;
    settlement.pipes_opened(2);
    REQUIRE(settlement.terminate(TerminationCause::timeout));
    for (const char fact : facts) {
      CHECK_FALSE(settlement.complete());
      if (fact == 'x')
        settlement.exited();
      else if (fact == 't')
        settlement.tree_emptied();
      else
        settlement.pipe_ended();
    }
    CHECK(settlement.complete());
  } while (std::next_permutation(facts.begin(), facts.end()));
}

TEST_CASE("the first cause wins") {
  Settlement settlement;
  CHECK_FALSE(settlement.cause().has_value());
  CHECK(settlement.terminate(TerminationCause::cancel));
  CHECK_FALSE(settlement.terminate(TerminationCause::timeout));
  CHECK(settlement.cause() == TerminationCause::cancel);
}

TEST_CASE("the drain grace counts only when nothing but pipes is missing") {
  Settlement settlement;
  settlement.pipes_opened(2);
  CHECK_FALSE(settlement.waits_for_pipes_only());
  settlement.exited();
  CHECK(settlement.waits_for_pipes_only());
  settlement.terminate(TerminationCause::cancel);
  CHECK_FALSE(settlement.waits_for_pipes_only());
  settlement.tree_emptied();
  CHECK(settlement.waits_for_pipes_only());
  settlement.pipe_ended();
  settlement.give_up_pipes();
  CHECK(settlement.complete());
  CHECK(settlement.output_incomplete());
}

TEST_CASE("giving up pipes that have all ended loses nothing") {
  Settlement settlement;
  settlement.pipes_opened(1);
  settlement.exited();
  settlement.pipe_ended();
  settlement.give_up_pipes();
  CHECK_FALSE(settlement.output_incomplete());
}

TEST_CASE("stop ladders end in SIGKILL without a limit") {
  const auto graceful = graceful_stop(Milliseconds(70));
  REQUIRE(graceful.size() == 2);
  CHECK(graceful[0].signal == SIGTERM);
  CHECK(graceful[0].wait == Milliseconds(70));
  CHECK(graceful[1].signal == SIGKILL);
  CHECK_FALSE(graceful[1].wait.has_value());
  REQUIRE(immediate_stop().size() == 1);
  CHECK(immediate_stop()[0].signal == SIGKILL);
}
