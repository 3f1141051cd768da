#include "engine_fixture.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <string>
#include <vector>

using namespace cloudops;
using namespace cloudops::test;

namespace {

/// "started", "out", "err" and the final status, with repeats of "out" and "err" taken together.
std::vector<std::string> kinds(const std::vector<Event>& events) {
  std::vector<std::string> all;
  for (const auto& event : events) {
    std::string kind = "started";
    if (const auto* chunk = std::get_if<OutputChunk>(&event)) kind = chunk->stream == OutputStream::out ? "out" : "err";
    if (const auto* finished = std::get_if<FinishedEvent>(&event)) kind = to_string(finished->result->status);
    if (all.empty() || all.back() != kind) all.push_back(kind);
  }
  return all;
}

}  // namespace

TEST_CASE("events come as started, lines, one terminal event, and the answer to those who wait after it") {
  TestEngine test;
  std::atomic<bool> terminal_first{false};
  std::atomic<bool> finished{false};
  test.sink->observe([&](const Event& event) {
    if (std::holds_alternative<FinishedEvent>(event)) finished = true;
  });
  const auto id = test.start(shell("read go; echo a; echo b", R"("stdin":{"type":"pipe"})"));
  auto answered = TestEngine::ask_later<std::monostate>([&](auto answer) {
    test.engine.wait(id, [&, answer](const Expected<Outcome>&) {
      terminal_first = finished.load();
      answer(std::monostate{});
    });
  });
  test.write(id, "\n");
  answered.get();
  CHECK(terminal_first);
  CHECK(kinds(test.sink->events()) == std::vector<std::string>{"started", "out", "completed"});
}

TEST_CASE("lines of both streams are numbered together, without a gap, as they were read") {
  TestEngine test;
  const auto id = test.start(shell("for i in 1 2 3 4 5 6 7 8 9; do echo o$i; echo e$i >&2; done"));
  test.finish(id);
  std::uint64_t next = 1;
  for (const auto& event : test.sink->events()) {
    const auto* chunk = std::get_if<OutputChunk>(&event);
    if (chunk == nullptr) continue;
    CHECK(chunk->first_seq == next);
    CHECK(chunk->credit != nullptr);
    next += chunk->line_count;
  }
  CHECK(next == 19);
  CHECK(text_of(test.sink->events(), id, OutputStream::err) == "e1\ne2\ne3\ne4\ne5\ne6\ne7\ne8\ne9\n");
}

TEST_CASE("a prompt that waits for an answer is delivered though its line is open") {
  TestEngine test;
  const auto id = test.start(shell("printf 'name? '; read name; echo hello $name", R"("stdin":{"type":"pipe"})"));
  CHECK(test.sink->wait_until([&](const auto& events) {
    for (const auto& event : events)
      if (const auto* chunk = std::get_if<OutputChunk>(&event); chunk && chunk->partial) return chunk->text == "name? ";
    return false;
  }));
  CHECK(test.write(id, "you\n").has_value());
  CHECK(test.finish(id)->out.kept == "name? hello you\n");
}

TEST_CASE("a prompt is delivered while the other stream goes on") {
  TestEngine test;
  const auto id = test.start(shell("printf 'name? '; while :; do echo . >&2; sleep 0.02; done"));
  CHECK(test.sink->wait_until([&](const auto& events) {
    for (const auto& event : events)
      if (const auto* chunk = std::get_if<OutputChunk>(&event); chunk && chunk->partial)
        return chunk->stream == OutputStream::out && chunk->text == "name? ";
    return false;
  }));
  CHECK(text_of(test.sink->events(), id) == "name? \n");
  test.cancel(id);
  test.finish(id);
}

TEST_CASE("the end of a command and the answers to those who wait for it are one batch") {
  TestEngine test;
  std::atomic<int> at_event = -1;
  std::atomic<int> at_answer = -1;
  test.sink->observe([&](const Event& event) {
    if (std::holds_alternative<FinishedEvent>(event)) at_event = test.sink->open_batches();
  });
  const auto id = test.start(shell("read x", R"("stdin":{"type":"pipe"})"));
  test.engine.wait(id, [&](const Expected<Outcome>&) { at_answer = test.sink->open_batches(); });
  CHECK(test.write(id, "go\n").has_value());
  test.finish(id);
  CHECK(at_event == 1);
  CHECK(at_answer == 1);
  std::promise<int> at_rest;
  test.engine.stats([&](const auto&) { at_rest.set_value(test.sink->open_batches()); });
  CHECK(at_rest.get_future().get() == 0);
}

TEST_CASE("with stream_output off there are no lines, and everything else is the same") {
  Config config;
  config.stream_output = false;
  TestEngine test(config);
  CHECK(test.run(shell("echo a"))->out.kept == "a\n");
  CHECK(kinds(test.sink->events()) == std::vector<std::string>{"started", "completed"});
}

TEST_CASE("the terminal event is that of the final status") {
  TestEngine test;
  test.run(shell("exit 3"));
  test.run(shell("exec sleep 1000", R"("timeout_ms":100)"));
  CHECK(kinds(test.sink->events()) == std::vector<std::string>{"started", "failed", "started", "timeout"});
}

TEST_CASE("many who wait, before and after the end, all get the one result") {
  TestEngine test;
  const auto id = test.start(blocker());
  std::vector<std::future<Expected<Outcome>>> answers;
  const auto ask = [&] {
    answers.push_back(TestEngine::ask_later<Outcome>([&](auto answer) { test.engine.wait(id, std::move(answer)); }));
  };
  for (int i = 0; i < 500; ++i) ask();
  test.close_stdin(id);
  for (int i = 0; i < 500; ++i) ask();
  const auto result = test.finish(id);
  for (auto& answer : answers) CHECK(answer.get().value().result == result);
}

TEST_CASE("those who wait may ask the engine for more from inside their answer") {
  TestEngine test;
  const auto id = test.start(shell("true"));
  const auto next = TestEngine::ask<Uuid>([&](auto answer) {
    test.engine.wait(id, [&, answer](const Expected<Outcome>&) {
      test.engine.remove(id, [](const auto&) {});
      test.engine.submit(value_from_json(shell("echo next")).value(), Environment::from_current(), nullptr, answer);
    });
  });
  CHECK(test.finish(next.value())->out.kept == "next\n");
  CHECK(test.status(id).error().code == ErrorCode::not_found);
}
