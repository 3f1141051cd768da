#include "engine_fixture.hpp"
#include "host_state.hpp"

#include "../stream/scratch_dir.hpp"
#include "core/stream/delivery_credit.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace cloudops;
using namespace cloudops::test;

namespace {

Config limited(std::uint64_t bytes, OversizedOutputStrategy strategy) {
  Config config;
  config.max_output_size_bytes = bytes;
  config.oversized_output_strategy = strategy;
  return config;
}

}  // namespace

TEST_CASE("a result knows which of its streams are ASCII") {
  TestEngine test;
  const auto result = test.run(shell("printf 'caf\\303\\251'; echo plain >&2"));
  CHECK(result->out.kept == "caf\xC3\xA9");
  CHECK_FALSE(result->out.ascii);
  CHECK(result->err.ascii);
}

TEST_CASE("truncating keeps the first bytes, says so, and lets the child and its lines go on") {
  TestEngine test(limited(10, OversizedOutputStrategy::truncate_with_warning));
  const auto id = test.start(shell("echo 123456789abcdef; echo after"));
  const auto result = test.finish(id);
  CHECK(result->success());
  CHECK(result->output_truncated);
  CHECK(result->out.kept == "123456789a");
  CHECK(result->out.written == 22);
  CHECK(result->out.warning.find("10") != std::string::npos);
  CHECK(text_of(test.sink->events(), id) == "123456789abcdef\nafter\n");
}

TEST_CASE("without events and logs, what is not kept is counted without being read") {
  class SplicedBytes final : public System {
   public:
    ssize_t splice(int from, int to, std::size_t size) override {
      const ssize_t count = System::splice(from, to, size);
      if (count > 0) bytes += count;
      return count;
    }
    ssize_t bytes = 0;
  };
  const auto run = [](Config config) {
    SplicedBytes system;
    {
      TestEngine test(config, system);
      const auto result = test.run(shell("head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2"));
      CHECK(result->success());
      CHECK(result->out.written == 3'000'000);
      CHECK(result->err.written == 2'000'000);
      const bool in_files = config.oversized_output_strategy == OversizedOutputStrategy::stream_to_file;
      CHECK(result->output_truncated != in_files);
      CHECK(result->out.kept == std::string(1'000'000, '\0'));
      CHECK(result->err.kept.empty());
      CHECK(result->err.warning.find("1000000 of 5000000") != (in_files ? 0 : std::string::npos));
    }
    return system.bytes;
  };
  const test::ScratchDir dir;
  Config config = limited(1'000'000, OversizedOutputStrategy::truncate_with_warning);
  CHECK(run(config) == 0);
  config.stream_output = false;
  // What was read before the limit was noticed is at most one buffer.
  CHECK(run(config) > 3'900'000);
  config.log_dir = dir.path();
  CHECK(run(config) == 0);
  config.log_dir.reset();
  config.oversized_output_strategy = OversizedOutputStrategy::stream_to_file;
  config.temp_dir = dir.path();
  CHECK(run(config) == 0);
}

TEST_CASE("failing ends the whole tree at the limit, also when its lines are nobody's") {
  Config config = limited(1'000, OversizedOutputStrategy::fail_execution);
  config.stream_output = false;
  TestEngine test(config);
  const auto outcome = test.wait(test.start(shell("yes & wait"))).value();
  CHECK(outcome.result->status == ExecutionStatus::failed);
  REQUIRE(outcome.error.has_value());
  CHECK(outcome.error->code == ErrorCode::output_size_exceeded);
  CHECK(outcome.result->out.kept.size() == 1'000);
}

TEST_CASE("failing ends the whole tree at the limit") {
  TestEngine test(limited(1'000, OversizedOutputStrategy::fail_execution));
  const auto outcome = test.wait(test.start(shell("yes & wait"))).value();
  CHECK(outcome.result->status == ExecutionStatus::failed);
  REQUIRE(outcome.error.has_value());
  CHECK(outcome.error->code == ErrorCode::output_size_exceeded);
  CHECK(outcome.result->out.kept.size() == 1'000);
  REQUIRE(outcome.result->termination.has_value());
  CHECK(outcome.result->termination->cause == TerminationCause::output_limit);
  CHECK(test.slots_come_back());
}

TEST_CASE("a limit that is passed by the very last bytes still fails") {
  TestEngine test(limited(3, OversizedOutputStrategy::fail_execution));
  for (int i = 0; i < 10; ++i) {
    const auto outcome = test.wait(test.start(shell("echo abcdef"))).value();
    CHECK(outcome.result->status == ExecutionStatus::failed);
    CHECK(outcome.error.has_value());
  }
  CHECK(test.slots_come_back());
}

TEST_CASE("what goes to a file, together with what is kept, is every byte") {
  const ScratchDir scratch;
  auto config = limited(1'000, OversizedOutputStrategy::stream_to_file);
  config.log_dir = scratch / "logs";
  TestEngine test(config);
  const auto result = test.run(shell("seq 1 20000"));
  CHECK(result->success());
  CHECK_FALSE(result->output_truncated);
  REQUIRE(result->out.overflow_file.has_value());
  CHECK_FALSE(result->err.overflow_file.has_value());
  const std::string all = std::string(result->out.kept) + read_all(*result->out.overflow_file);
  CHECK(all.size() == result->out.written);
  CHECK(all.substr(0, 6) == "1\n2\n3\n");
  CHECK(all.substr(all.size() - 6) == "20000\n");
  CHECK(std::count(all.begin(), all.end(), '\n') == 20'000);
}

TEST_CASE("a log holds the lines of both streams and fails nothing when it cannot be written") {
  const ScratchDir scratch;
  Config config;
  config.log_dir = scratch / "logs";
  TestEngine test(config);
  const auto id = test.start(shell("echo to-out; echo to-err >&2"));
  const auto result = test.finish(id);
  REQUIRE(result->log_path.has_value());
  CHECK(test.engine.log_path(id).value() == *result->log_path);
  const std::string log = read_all(*result->log_path);
  CHECK(log.find("to-out") != std::string::npos);
  CHECK(log.find("to-err") != std::string::npos);

  write_all(scratch / "file", "");
  const auto without = test.run(shell("echo fine", R"("output_log_path":")" + (scratch / "file") + R"(/no.log")"));
  CHECK(without->success());
  CHECK(without->out.kept == "fine\n");
  CHECK_FALSE(without->log_path.has_value());
  CHECK(without->error.has_value());
}

TEST_CASE("a descendant that holds the pipe does not hold the result, and what was written before is all there") {
  Config config;
  config.drain_grace_ms = 50;
  TestEngine test(config);
  const auto result = test.run(shell("sleep 1000 & echo $! >&2; seq 1 30000"));
  const int descendant = std::stoi(std::string(result->err.kept));
  CHECK_FALSE(has_ended(descendant));
  CHECK(result->success());
  CHECK(result->output_incomplete);
  CHECK(result->out.written == 168'894);
  CHECK_FALSE(result->termination.has_value());
  if (descendant > 1) ::kill(descendant, SIGKILL);
}

TEST_CASE("a consumer that falls behind holds the child back, and loses nothing") {
  TestEngine test;
  test.sink->hold_output(true);
  const auto id = test.start(shell("seq 1 300000; echo end"));
  std::size_t held = 0;
  REQUIRE(test.sink->wait_until([&](const auto& events) {
    held = text_of(events, id).size();
    return held > DeliveryCredit::limit / 2;  // more counts than the text
  }));
  CHECK(test.output(id, OutputStream::out).value().size() < 2'000'000);

  std::size_t released = 0;
  bool ended = false;
  while (!ended) {
    const auto events = test.sink->events();
    for (; released < events.size(); ++released) {
      ended = ended || std::holds_alternative<FinishedEvent>(events[released]);
      const auto* chunk = std::get_if<OutputChunk>(&events[released]);
      if (chunk != nullptr && chunk->credit->release(chunk->cost())) test.engine.resume_reading(id);
    }
    if (ended) break;
    REQUIRE(test.sink->wait_until([&](const auto& now) { return now.size() > released; }));
  }
  const std::string text = text_of(test.sink->events(), id);
  CHECK(text.size() == 1'988'899);
  CHECK(text.substr(text.size() - 11) == "300000\nend\n");
  CHECK(test.finish(id)->success());
}

TEST_CASE("each stream says whether all that it kept is ASCII, with lines and without") {
  for (const bool lines : {true, false}) {
    Config config = limited(8, OversizedOutputStrategy::truncate_with_warning);
    config.stream_output = lines;
    TestEngine test(config);
    CHECK(test.run(shell("printf 'ab\\ncd'"))->out.ascii);
    CHECK_FALSE(test.run(shell("printf '\\303\\251'; printf c"))->out.ascii);
    CHECK_FALSE(test.run(shell("printf 'c\\n'; printf 'd\\303'"))->out.ascii);
    const auto result = test.run(shell("printf x; printf '\\303\\251' >&2"));
    CHECK(result->out.ascii);
    CHECK_FALSE(result->err.ascii);
    // What is not kept does not count where only what is kept is looked at.
    CHECK((lines || test.run(shell("printf 'abcdefgh\\303\\251'"))->out.ascii));
  }
}

TEST_CASE("a consumer that never comes back does not keep a cancelled command alive") {
  TestEngine test;
  test.sink->hold_output(true);
  const auto id = test.start(shell("yes"));
  REQUIRE(test.sink->wait_until(
      [&](const auto& events) { return text_of(events, id).size() > DeliveryCredit::limit / 4; }));
  CHECK(test.cancel(id).has_value());
  CHECK(test.finish(id)->status == ExecutionStatus::cancelled);
}

TEST_CASE("short lines go out at most 1,024 together, and none is lost, doubled or cut") {
  TestEngine test;
  // Empty lines; lines of two bytes; lines that are not ASCII; a part that is full to the line.
  for (const auto& [command, lines] :
       std::vector<std::pair<std::string, std::size_t>>{{"yes '' | head -n 70000", 70'000},
                                                        {"yes | head -n 70000; printf end", 70'001},
                                                        {"yes '\u00e9' | head -n 40000", 40'000},
                                                        {"yes '' | head -n 2048", 2048}}) {
    const auto id = test.start(shell(command));
    const auto result = test.finish(id);
    std::size_t seen = 0;
    for (const auto& event : test.sink->events()) {
      const auto* chunk = std::get_if<OutputChunk>(&event);
      if (chunk == nullptr || chunk->execution_id != id) continue;
      REQUIRE(chunk->line_count <= 1024);
      REQUIRE(chunk->first_seq == seen + 1);
      seen += chunk->line_count;
      std::vector<std::uint16_t> newlines;
      for (std::size_t i = 0; i < chunk->text.size(); ++i)
        if (chunk->text[i] == '\n') newlines.push_back(static_cast<std::uint16_t>(i));
      REQUIRE(newlines.size() + 1 == chunk->line_count);
      REQUIRE(chunk->newlines == (chunk->ascii ? newlines : std::vector<std::uint16_t>()));
    }
    CHECK(seen == lines);
    const std::string text = text_of(test.sink->events(), id);
    CHECK(text.substr(0, result->out.written) == result->out.kept);
  }
}
