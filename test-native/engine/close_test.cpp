#include "engine_fixture.hpp"
#include "faulty_system.hpp"
#include "host_state.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace cloudops;
using namespace cloudops::test;

namespace {

constexpr CloseOptions drain{CloseMode::drain, std::nullopt};

Config one_slot() {
  Config config;
  config.max_concurrent_executions = 1;
  config.concurrency_policy = ConcurrencyPolicy::queue;
  return config;
}

}  // namespace

TEST_CASE("closing cancels what runs and what waits") {
  TestEngine test(one_slot());
  const auto runs = test.start(blocker());
  const auto waits = test.start(shell("true"));
  REQUIRE(test.has_started(runs));
  CHECK(test.close().has_value());
  CHECK(test.finish(runs)->status == ExecutionStatus::cancelled);
  CHECK(test.finish(runs)->termination->cause == TerminationCause::shutdown);
  CHECK(test.finish(waits)->status == ExecutionStatus::cancelled);
  CHECK(starts_of(test.sink->events(), waits) == 0);
}

TEST_CASE("draining finishes what was accepted, also what waits, and accepts nothing more") {
  TestEngine test(one_slot());
  const auto runs = test.start(blocker());
  const auto waits = test.start(shell("echo later"));
  auto closed =
      TestEngine::ask_later<std::monostate>([&](auto answer) { test.engine.close(drain, std::move(answer)); });
  CHECK(test.submit(shell("true")).error().code == ErrorCode::engine_closed);
  CHECK(test.write(runs, "x").has_value());
  CHECK(test.close_stdin(runs).has_value());
  CHECK(closed.get().has_value());
  CHECK(test.finish(runs)->out.kept == "x");
  CHECK(test.finish(waits)->out.kept == "later\n");
}

TEST_CASE("draining with a limit goes on as cancel") {
  TestEngine test;
  const auto id = test.start(blocker());
  CHECK(test.close({CloseMode::drain, Milliseconds(20)}).has_value());
  CHECK(test.finish(id)->status == ExecutionStatus::cancelled);
}

TEST_CASE("cancelling with a limit kills before the grace period is over") {
  Config config;
  config.kill_grace_period_ms = 60'000;
  TestEngine test(config);
  const auto id = test.start(shell("trap '' TERM; echo up; while :; do sleep 1000; done"));
  REQUIRE(test.first_line(id) == "up");
  CHECK(test.close({CloseMode::cancel, Milliseconds(20)}).has_value());
  const auto result = test.finish(id);
  CHECK(result->signal == "SIGKILL");
  CHECK(result->duration < std::chrono::seconds(30));
  REQUIRE(result->termination.has_value());
  const auto& signals = result->termination->signals;
  REQUIRE(signals.size() == 2);
  CHECK(signals[0].signal == "SIGTERM");
  CHECK(signals[1].signal == "SIGKILL");
}

TEST_CASE("closing twice answers both, and the second may only make it faster") {
  TestEngine test;
  const auto id = test.start(blocker());
  auto first = TestEngine::ask_later<std::monostate>([&](auto answer) { test.engine.close(drain, std::move(answer)); });
  CHECK(test.close().has_value());
  CHECK(first.get().has_value());
  CHECK(test.finish(id)->status == ExecutionStatus::cancelled);
  CHECK(test.close().has_value());
}

TEST_CASE("a second close with more time leaves the first its limit") {
  Config config;
  config.kill_grace_period_ms = 600'000;
  for (const auto second : {CloseMode::cancel, CloseMode::drain}) {
    TestEngine test(config);
    const auto id = test.start(shell("trap '' TERM; echo up; while :; do sleep 1000; done"));
    REQUIRE(test.first_line(id) == "up");
    auto first = TestEngine::ask_later<std::monostate>([&](auto answer) {
      test.engine.close({CloseMode::cancel, Milliseconds(50)}, std::move(answer));
    });
    test.engine.close({second, Milliseconds(600'000)}, [](const auto&) {});
    REQUIRE(first.wait_for(patience) == std::future_status::ready);
    CHECK(test.finish(id)->signal == "SIGKILL");
  }
}

TEST_CASE("the limit of a close does not outlive it") {
  // Nothing has come to run, so cancelling is done at once; the thread must not wait for a limit without a meaning.
  FaultySystem system({{Call::pipe, 1, EMFILE, std::numeric_limits<std::uint64_t>::max()}});
  const auto began = std::chrono::steady_clock::now();
  {
    TestEngine test({}, system);
    test.start(shell("true"));
    CHECK(test.close({CloseMode::cancel, Milliseconds(40'000)}).has_value());
    test.engine.join();
  }
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(20));
}

TEST_CASE("after close the readers answer inline, on the calling thread, and everything else is refused") {
  TestEngine test;
  const auto id = test.start(shell("echo kept"));
  test.finish(id);
  CHECK(test.close().has_value());
  test.engine.join();

  std::thread::id answered_on;
  bool answered = false;
  test.engine.wait(id, [&](const Expected<Outcome>& outcome) {
    answered_on = std::this_thread::get_id();
    answered = outcome.value().result->out.kept == "kept\n";
  });
  CHECK(answered);
  CHECK(answered_on == std::this_thread::get_id());
  CHECK(test.result(id).value()->success());
  CHECK(test.status(id).value() == ExecutionStatus::completed);
  CHECK(test.output(id, OutputStream::out).value() == "kept\n");

  CHECK(test.ask<ExecutionStats>([&](auto answer) { test.engine.stats(std::move(answer)); }).error().code ==
        ErrorCode::engine_closed);
  CHECK(test.ask<ConcurrencyMetrics>([&](auto answer) { test.engine.concurrency(std::move(answer)); }).error().code ==
        ErrorCode::engine_closed);
  CHECK(test.submit(shell("true")).error().code == ErrorCode::engine_closed);
  CHECK(test.cancel(id).error().code == ErrorCode::engine_closed);
  CHECK(test.write(id, "x").error().code == ErrorCode::engine_closed);
  CHECK(test.remove(id).error().code == ErrorCode::engine_closed);
  CHECK(test.clean_up().error().code == ErrorCode::engine_closed);
  test.engine.start_cleanup_task();
  test.engine.stop_cleanup_task();
  test.engine.resume_reading(id);
}

TEST_CASE("a callback that comes inline may call the engine again") {
  TestEngine test;
  const auto id = test.start(shell("true"));
  test.finish(id);
  test.close();
  test.engine.join();
  int depth = 0;
  test.engine.status(id, [&](const auto&) {
    ++depth;
    test.engine.stats([&](const auto&) { ++depth; });
  });
  CHECK(depth == 2);
}

TEST_CASE("an engine that is destroyed while fifty run answers all who wait and leaves nothing") {
  { TestEngine().run(shell("true")); }
  const auto before = HostState::now();
  std::atomic<int> cancelled{0};
  std::vector<int> pids;
  {
    TestEngine test;
    std::vector<Uuid> ids;
    for (int i = 0; i < 50; ++i) {
      ids.push_back(test.start(shell("trap '' TERM; sleep 1000 & echo $!; wait")));
      test.engine.wait(ids.back(), [&](const Expected<Outcome>& outcome) {
        cancelled += outcome.value().result->status == ExecutionStatus::cancelled;
      });
    }
    for (const auto& id : ids) pids.push_back(std::stoi(test.first_line(id)));
  }
  CHECK(cancelled == 50);
  for (const int pid : pids) CHECK(eventually([&] { return has_ended(pid); }));
  CHECK(before.comes_back());
}

TEST_CASE("an engine that is destroyed without ever running anything leaves nothing") {
  { TestEngine(); }
  const auto before = HostState::now();
  for (int i = 0; i < 20; ++i) TestEngine();
  CHECK(before.comes_back());
}

TEST_CASE("a joined engine has given its descriptors back, and keeps its results") {
  { TestEngine().run(shell("true")); }
  const auto before = HostState::now();
  TestEngine test;
  const auto id = test.start(shell("echo kept"));
  test.finish(id);
  test.close();
  test.engine.join();
  CHECK(before.comes_back());
  CHECK(test.output(id, OutputStream::out).value() == "kept\n");
}

TEST_CASE("an engine may be destroyed in any stage of its closing") {
  for (const auto& options : {CloseOptions{}, drain, CloseOptions{CloseMode::drain, Milliseconds(1)}}) {
    for (int i = 0; i < 6; ++i) {
      std::atomic<int> answers{0};
      {
        TestEngine test;
        test.start(blocker());
        test.engine.close(options, [&](const auto&) { ++answers; });
        if (i % 2 == 0) test.engine.stats([&](const auto&) { ++answers; });
      }
      CHECK(answers == (i % 2 == 0 ? 2 : 1));
    }
  }
}

TEST_CASE("what is asked at the moment when the thread ends is answered exactly once") {
  for (int round = 0; round < 20; ++round) {
    constexpr int asked_by_each = 300;
    std::atomic<int> answers{0};
    {
      TestEngine test;
      const auto id = test.start(shell("true"));
      test.finish(id);
      std::atomic<bool> go{false};
      std::vector<std::thread> askers;
      for (int i = 0; i < 3; ++i)
        askers.emplace_back([&] {
          while (!go) std::this_thread::yield();
          for (int n = 0; n < asked_by_each; ++n) test.engine.status(id, [&](const auto&) { ++answers; });
        });
      go = true;
      test.engine.close({}, [](const auto&) {});
      for (auto& asker : askers) asker.join();
    }
    REQUIRE(answers == 3 * asked_by_each);
  }
}
