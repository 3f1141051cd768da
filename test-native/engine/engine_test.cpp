#include "engine_fixture.hpp"

#include <catch2/catch.hpp>

using namespace cloudops;
using cloudops::test::TestEngine;

TEST_CASE("a command runs from request to result") {
  TestEngine test;
  const auto result = test.run(R"({"command":{"type":"shell","command":"echo out; echo err >&2; exit 3"}})");
  CHECK(result->status == ExecutionStatus::failed);
  CHECK(result->exit_code == 3);
  CHECK(result->out.kept == "out\n");
  CHECK(result->err.kept == "err\n");
  CHECK(result->resource_usage.has_value());
  CHECK_FALSE(result->output_incomplete);
}

TEST_CASE("a timeout ends the whole tree") {
  TestEngine test;
  const auto result =
      test.run(R"({"command":{"type":"shell","command":"echo hi; setsid sleep 61 & sleep 60"},"timeout_ms":1000})");
  CHECK(result->status == ExecutionStatus::timeout);
  CHECK(result->out.kept == "hi\n");
  REQUIRE(result->termination.has_value());
  CHECK(result->termination->signals.size() == 1);
  CHECK(result->termination->survivors.empty());
  CHECK(result->duration < std::chrono::seconds(3));
}

TEST_CASE("a descendant that holds the pipe does not hold the result") {
  TestEngine test;
  const auto result = test.run(R"({"command":{"type":"shell","command":"sleep 6 & echo hi"}})");
  CHECK(result->status == ExecutionStatus::completed);
  CHECK(result->out.kept == "hi\n");
  CHECK(result->output_incomplete);
  CHECK(result->duration < std::chrono::seconds(3));
}
