#include "engine_fixture.hpp"
#include "faulty_system.hpp"
#include "host_state.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace cloudops;
using namespace cloudops::test;

TEST_CASE("what is not known and what has not finished are told apart") {
  TestEngine test;
  const auto unknown = make_uuid();
  CHECK(test.status(unknown).error().code == ErrorCode::not_found);
  CHECK(test.result(unknown).error().code == ErrorCode::not_found);
  CHECK(test.wait(unknown).error().code == ErrorCode::not_found);
  CHECK(test.output(unknown, OutputStream::out).error().code == ErrorCode::not_found);
  CHECK(test.remove(unknown).error().code == ErrorCode::not_found);
  CHECK(test.engine.log_path(unknown).error().code == ErrorCode::not_found);

  const auto id = test.start(blocker());
  CHECK(test.result(id).error().code == ErrorCode::not_finished);
  CHECK(test.remove(id).error().code == ErrorCode::not_finished);
  CHECK(test.engine.log_path(id).error().code == ErrorCode::log_read_failed);
  test.close_stdin(id);
  test.finish(id);
  CHECK(test.result(id).has_value());
  CHECK(test.remove(id).has_value());
  CHECK(test.remove(id).error().code == ErrorCode::not_found);
  CHECK(test.stats().total == 0);
}

TEST_CASE("the output so far of a running one can be read") {
  TestEngine test;
  const auto id = test.start(blocker());
  test.write(id, "so far\n");
  REQUIRE(test.first_line(id) == "so far");
  CHECK(test.output(id, OutputStream::out).value() == "so far\n");
  CHECK(test.output(id, OutputStream::err).value().empty());
  test.close_stdin(id);
  test.finish(id);
}

TEST_CASE("cleanup forgets by age as the engine's own clock goes, and never what runs") {
  FaultySystem system;
  Config config;
  config.execution_retention_secs = 3'600;
  TestEngine test(config, system);
  const auto old = test.start(shell("true"));
  test.finish(old);
  const auto runs = test.start(blocker());
  system.advance(std::chrono::seconds(3'599));
  const auto recent = test.start(shell("true"));
  test.finish(recent);
  CHECK(test.clean_up().value() == 0);
  system.advance(std::chrono::seconds(60));
  CHECK(test.clean_up().value() == 1);
  CHECK(test.status(old).error().code == ErrorCode::not_found);
  CHECK(test.status(recent).has_value());
  CHECK(test.status(runs).value() == ExecutionStatus::running);
  test.close_stdin(runs);
  test.finish(runs);
}

TEST_CASE("cleanup forgets by count") {
  Config config;
  config.max_in_memory_executions = 2;
  TestEngine test(config);
  std::vector<Uuid> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(test.start(shell("true")));
    test.finish(ids.back());
  }
  CHECK(test.clean_up().value() == 3);
  CHECK(test.status(ids[2]).has_error());
  CHECK(test.status(ids[3]).has_value());
  CHECK(test.stats().total == 2);
}

TEST_CASE("what cleanup forgets is freed") {
  Config config;
  config.max_in_memory_executions = 1;
  // Not a TestEngine, which keeps its events and their results.
  Engine engine(config, nullptr);
  const auto run = [&] {
    const auto outcome = TestEngine::ask<Outcome>([&](auto answer) {
      engine.run(value_from_json(shell("true")).value(), Environment::from_current(), std::move(answer));
    });
    return outcome.value().result;
  };
  const std::weak_ptr<const ExecutionResult> old = run();
  run();
  CHECK(TestEngine::ask<std::size_t>([&](auto answer) { engine.clean_up(std::move(answer)); }).value() == 1);
  // After the answer.
  CHECK(eventually([&] { return old.expired(); }));
}

TEST_CASE("every method may be called from any thread, all at once") {
  Config config;
  config.max_concurrent_executions = 4;
  config.concurrency_policy = ConcurrencyPolicy::queue;
  TestEngine test(config);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&test, thread] {
      for (int i = 0; i < 12; ++i) {
        const auto id = test.start(blocker());
        test.engine.log_path(id);
        test.write(id, "x");
        if (thread % 2 == 0)
          test.cancel(id);
        else
          test.close_stdin(id);
        test.finish(id);
        test.engine.list([](const auto&) {});
        test.remove(id);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(test.stats().total == 0);
  CHECK(test.slots_come_back());
  CHECK(test.concurrency().currently_pending == 0);
}
