#include "../stream/slow_disk.hpp"
#include "../stream/scratch_dir.hpp"
#include "engine_fixture.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <string>

using namespace cloudops;
using namespace cloudops::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t much = 32'000'000;
const std::string flood = "head -c 32000000 /dev/zero | tr '\\0' x | fold -w 79";

struct SlowDiskFixture {
  Config config() const {
    Config config;
    config.log_dir = scratch / "logs";
    config.kill_grace_period_ms = 0;
    return config;
  }
  std::string log_of(const Uuid& id) const { return scratch / ("logs/" + to_string(id) + ".log"); }
  std::size_t delivered(const Uuid& id) { return text_of(subject.sink->events(), id).size(); }

  const ScratchDir scratch;
  SlowDisk disk;
  TestEngine subject{config(), disk};
};

}  // namespace

TEST_CASE_METHOD(SlowDiskFixture, "a disk that stands still holds up the command that fills it, and no other") {
  const Uuid chatty = subject.start(shell(flood));
  REQUIRE(disk.wait_until_it_stands());
  const auto other = subject.run(shell("echo hello"));
  CHECK(other->success());
  CHECK(read_all(*other->log_path) == "hello\n");
  // Long enough for all of the flood to come, if it were not held back.
  const auto timed_out = subject.run(shell("sleep 600", R"("timeout_ms":500)"));
  CHECK(timed_out->status == ExecutionStatus::timeout);
  CHECK(subject.status(chatty).value() == ExecutionStatus::running);
  CHECK(delivered(chatty) < much / 2);

  std::promise<std::string> readable;
  subject.engine.log_file(chatty, [&](Expected<std::string> path) { readable.set_value(path.value()); });
  disk.go();
  CHECK(readable.get_future().get() == log_of(chatty));
  const auto result = subject.finish(chatty);
  INFO(result->error.value_or(""));
  CHECK(result->success());
  CHECK_FALSE(result->error.has_value());
  CHECK(read_all(log_of(chatty)) == text_of(subject.sink->events(), chatty));
}

TEST_CASE_METHOD(SlowDiskFixture, "a command that has ended waits for its log") {
  const Uuid id = subject.start(shell("head -c 600000 /dev/zero | tr '\\0' x | fold -w 79"));
  REQUIRE(disk.wait_until_it_stands());
  REQUIRE(subject.sink->wait_until([&](const auto& events) { return text_of(events, id).size() > 600'000; }));
  CHECK(subject.status(id).value() == ExecutionStatus::running);
  disk.go();
  CHECK(subject.finish(id)->success());
  CHECK(read_all(log_of(id)) == text_of(subject.sink->events(), id));
}

TEST_CASE_METHOD(SlowDiskFixture, "an engine that is to end at once does not wait for a disk, and says so") {
  const Uuid id = subject.start(shell(flood));
  REQUIRE(disk.wait_until_it_stands());
  std::promise<std::string> readable;
  subject.engine.log_file(id, [&](Expected<std::string> path) { readable.set_value(path.value()); });
  const auto before = std::chrono::steady_clock::now();
  REQUIRE(subject.close({CloseMode::cancel, Milliseconds(1)}).has_value());
  // Not the ten seconds that a command is given otherwise.
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
  CHECK(readable.get_future().get() == log_of(id));
  const auto result = subject.finish(id);
  CHECK(result->status == ExecutionStatus::cancelled);
  REQUIRE(result->error.has_value());
  CHECK_THAT(*result->error, Contains("the engine was closed") && Contains("the log is not complete"));
  disk.go();
  REQUIRE(disk.wait_until_closed(1));
}
