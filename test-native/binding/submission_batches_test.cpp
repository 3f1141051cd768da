#include "binding/submission_batches.hpp"

#include <catch2/catch.hpp>

using cloudops::binding::SubmissionBatches;

TEST_CASE("a submission by itself is told at once, and events have to wait for nobody then") {
  SubmissionBatches batches;
  const auto batch = batches.expect();
  CHECK_FALSE(batches.incomplete());
  batches.begin_answers();
  batches.answered(batch, true);
  CHECK(batches.told());
  CHECK_FALSE(batches.incomplete());
}

TEST_CASE("events wait from the first id of a batch to its last answer, over as many turns as it takes") {
  SubmissionBatches batches;
  const auto batch = batches.expect();
  batches.expect();
  batches.expect();
  batches.begin_answers();
  batches.answered(batch, true);
  CHECK(batches.incomplete());
  batches.begin_answers();
  CHECK_FALSE(batches.told());
  CHECK(batches.incomplete());
  batches.answered(batch, false);
  CHECK(batches.told());
  CHECK(batches.incomplete());
  batches.begin_answers();
  batches.answered(batch, true);
  CHECK(batches.told());
  CHECK_FALSE(batches.incomplete());
}

TEST_CASE("a batch of which nothing was accepted tells nobody anything") {
  SubmissionBatches batches;
  const auto batch = batches.expect();
  batches.expect();
  batches.begin_answers();
  batches.answered(batch, false);
  CHECK_FALSE(batches.incomplete());
  batches.answered(batch, false);
  CHECK_FALSE(batches.told());
}

TEST_CASE("what is submitted after a turn of answers is a batch of its own") {
  SubmissionBatches batches;
  const auto first = batches.expect();
  batches.expect();
  batches.begin_answers();
  const auto second = batches.expect();
  CHECK(second != first);
  batches.answered(second, true);
  CHECK_FALSE(batches.incomplete());
  batches.answered(first, true);
  CHECK(batches.incomplete());
  batches.answered(first, true);
  CHECK_FALSE(batches.incomplete());
}
