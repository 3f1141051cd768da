// What programs may do with the object that an engine is, and to the process that it is in.

#include "core/event_handlers.hpp"

#include "engine_fixture.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>
#include <stdexcept>
#include <thread>

using namespace cloudops;
using namespace cloudops::test;

namespace {

constexpr auto century_and_more = std::numeric_limits<std::int64_t>::max();

/// The exit code of a copy of this process that does that; -1: a signal ended it.
int in_a_copy(const std::function<int()>& work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(work());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool runs(Engine& engine) {
  const auto outcome = std::make_shared<std::promise<bool>>();
  auto answer = outcome->get_future();
  engine.run(value_from_json(shell("true")).value(), Environment::from_current(),
             [outcome](const Expected<Outcome>& ended) { outcome->set_value(ended && ended->result->success()); });
  return answer.wait_for(patience) == std::future_status::ready && answer.get();
}

Config with(std::uint64_t Config::*setting, std::uint64_t value) {
  Config config;
  config.*setting = value;
  return config;
}

}  // namespace

TEST_CASE("a copy of the process that destroys its copy of the engine leaves this one's alone") {
  const auto engine = std::make_unique<Engine>(Config{}, nullptr);
  CHECK(runs(*engine));
  CHECK(in_a_copy([&] { return engine->~Engine(), 7; }) == 7);
  CHECK(runs(*engine));
}

TEST_CASE("an engine may be made in a copy of a process that has one") {
#ifdef __SANITIZE_THREAD__
  SUCCEED("ThreadSanitizer starts no threads after a fork");
  return;
#endif
  const auto engine = std::make_unique<Engine>(Config{}, nullptr);
  CHECK(runs(*engine));
  CHECK(in_a_copy([&] { return runs(*std::make_unique<Engine>(Config{}, nullptr)) ? 7 : 8; }) == 7);
}

TEST_CASE("the last owner of an engine may be a callback") {
  auto engine = std::make_shared<Engine>(Config{}, nullptr);
  const auto ended = std::make_shared<std::promise<void>>();
  auto* raw = engine.get();
  raw->run(value_from_json(shell("true")).value(), Environment::from_current(),
           [engine = std::move(engine), ended](const Expected<Outcome>&) mutable {
             engine.reset();
             ended->set_value();
           });
  CHECK(ended->get_future().wait_for(patience) == std::future_status::ready);
}

TEST_CASE("the last owner of a closed engine may be a callback, too") {
  auto engine = std::make_shared<Engine>(Config{}, nullptr);
  auto* raw = engine.get();
  raw->close({}, {});
  raw->join();
  bool called = false;
  raw->stats([engine = std::move(engine), &called](const Expected<ExecutionStats>&) mutable {
    engine.reset();
    called = true;
  });
  CHECK(called);
}

TEST_CASE("nobody need listen, neither to events nor to answers") {
  Engine engine(Config{}, std::make_shared<HandlerSink>(nullptr));
  engine.cancel(make_uuid(), {});
  engine.run(value_from_json(shell("true")).value(), Environment::from_current(), {});
  engine.submit(Value{}, {}, nullptr, {});
  CHECK(runs(engine));
  engine.close({}, {});
}

TEST_CASE("several threads may wait for an engine's end") {
  Engine engine(Config{}, nullptr);
  CHECK(runs(engine));
  engine.close({}, {});
  std::thread other([&] { engine.join(); });
  engine.join();
  other.join();
}

TEST_CASE("settings out of their ranges are refused by name") {
  const std::pair<Config, std::string> wrong[] = {
      {with(&Config::max_concurrent_executions, 0),
       "max_concurrent_executions must be between 1 and 100000, but it is 0"},
      {with(&Config::cleanup_interval_secs, 0), "cleanup_interval_secs"},
      {with(&Config::cleanup_interval_secs, UINT64_MAX), "cleanup_interval_secs"},
      {with(&Config::kill_grace_period_ms, UINT64_MAX), "kill_grace_period_ms"},
      {with(&Config::drain_grace_ms, UINT64_MAX), "drain_grace_ms"},
      {with(&Config::default_timeout_ms, 0), "default_timeout_ms"},
      {with(&Config::max_timeout_ms, 1), "default_timeout_ms is 300000, which is over max_timeout_ms, 1"},
  };
  for (const auto& [config, words] : wrong)
    CHECK_THROWS_WITH(Engine(config, nullptr), Catch::Matchers::Contains(words));
  Config config;
  config.log_dir = "";
  CHECK_THROWS_AS(Engine(config, nullptr), std::invalid_argument);
}

TEST_CASE("a time limit for closing that no clock can hold is a long one, a negative one none") {
  TestEngine test;
  const auto id = test.start(shell("sleep 0.2"));
  test.engine.close({CloseMode::drain, Milliseconds(century_and_more)}, {});
  CHECK(test.finish(id)->success());

  TestEngine other;
  const auto other_id = other.start(shell("sleep 1000"));
  other.engine.close({CloseMode::drain, Milliseconds(-1)}, {});
  CHECK(other.finish(other_id)->status == ExecutionStatus::cancelled);
}

TEST_CASE("a host that is given a real limit on real-time use later goes on, and its trees end by their relations") {
  CHECK(in_a_copy([] {
          TestEngine test;
          if (!test.run(shell("true"))->success()) return 1;
          const rlimit real{200'000, 200'000};
          if (::setrlimit(RLIMIT_RTTIME, &real) != 0) return 2;
          if (!test.run(shell("true"))->success()) return 3;
          const auto id = test.start(shell("setsid sleep 1000 & echo up; wait"));
          if (test.first_line(id) != "up") return 4;
          test.cancel(id);
          const auto result = test.finish(id);
          return result->status == ExecutionStatus::cancelled && result->termination->survivors.empty() ? 0 : 5;
        }) == 0);
}
