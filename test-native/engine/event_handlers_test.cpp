#include "core/event_handlers.hpp"
#include "engine_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>
#include <stdexcept>

using namespace cloudops;

namespace {

const Uuid id = *parse_uuid("3f2b8c1e-7d4a-4f5b-9a6c-0e1d2c3b4a59");
const WallTime noon{std::chrono::hours(12)};

OutputChunk chunk_of(std::string text, std::uint32_t lines, std::uint64_t first_seq = 1, bool partial = false) {
  return OutputChunk{id, OutputStream::err, std::move(text), first_seq, lines, {}, partial, true, noon, nullptr};
}

FinishedEvent finished_with(ExecutionStatus status, int exit_code) {
  auto result = std::make_shared<ExecutionResult>();
  result->id = id;
  result->status = status;
  result->exit_code = exit_code;
  if (exit_code != 0) result->error = "exited with code " + std::to_string(exit_code);
  result->duration = std::chrono::milliseconds(2'500);
  return {result, noon};
}

/// Keeps a copy of every event.
class Recorder final : public EventHandler {
 public:
  void on_event(const ExecutionEvent& event) override { events.push_back(event); }
  std::vector<ExecutionEvent> events;
};

class Thrower final : public EventHandler {
 public:
  void on_event(const ExecutionEvent&) override { throw std::runtime_error("handler"); }
  void on_warning(const std::string&) override { throw std::runtime_error("warning"); }
};

std::string logged(const ExecutionEvent& event) {
  std::ostringstream out;
  LoggingHandler(out).on_event(event);
  return out.str();
}

}  // namespace

TEST_CASE("a handler sees a chunk of output as its lines, numbered") {
  const auto recorder = std::make_shared<Recorder>();
  HandlerSink sink(recorder);
  CHECK(sink.deliver(chunk_of("one\n\nthree", 3, 7)));
  CHECK(sink.deliver(chunk_of("", 1, 10)));
  CHECK(sink.deliver(chunk_of("a long li", 1, 11, true)));
  const std::vector<std::string> expected{"one", "", "three", "", "a long li"};
  REQUIRE(recorder->events.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& line = std::get<LineEvent>(recorder->events[i]);
    CHECK(line.line == expected[i]);
    CHECK(line.seq == 7 + i);
    CHECK(line.partial == (i == 4));
    CHECK(line.stream == OutputStream::err);
    CHECK(line.execution_id == id);
    CHECK(line.timestamp == noon);
  }
}

TEST_CASE("every other event reaches a handler as it is") {
  const auto recorder = std::make_shared<Recorder>();
  HandlerSink sink(recorder);
  sink.deliver(StartedEvent{id, "ls", noon});
  const FinishedEvent finished = finished_with(ExecutionStatus::completed, 0);
  sink.deliver(finished);
  sink.deliver(ProgressEvent{id, 2, 5, "make", noon});
  REQUIRE(recorder->events.size() == 3);
  CHECK(std::get<StartedEvent>(recorder->events[0]).command == "ls");
  CHECK(std::get<FinishedEvent>(recorder->events[1]).result == finished.result);
  CHECK(std::get<ProgressEvent>(recorder->events[2]).completed == 2);
}

TEST_CASE("a handler that throws harms neither the sink nor the other handlers") {
  const auto recorder = std::make_shared<Recorder>();
  std::vector<std::string> told;
  const HandlerErrorCallback tell = [&](std::exception_ptr error, const ExecutionEvent& event) {
    try {
      std::rethrow_exception(error);
    } catch (const std::runtime_error& caught) {
      told.push_back(caught.what() + (": " + std::get<LineEvent>(event).line));
    }
    throw std::runtime_error("the callback too");
  };
  std::vector<std::shared_ptr<EventHandler>> handlers{std::make_shared<Thrower>(), recorder,
                                                      std::make_shared<NoopHandler>()};
  HandlerSink sink(std::make_shared<MultiHandler>(std::move(handlers), tell));
  CHECK(sink.deliver(chunk_of("a\nb", 2)));
  CHECK(recorder->events.size() == 2);
  CHECK(told == std::vector<std::string>{"handler: a", "handler: b"});

  // Alone, and with nobody to tell.
  CHECK(HandlerSink(std::make_shared<Thrower>()).deliver(chunk_of("a", 1)));
  told.clear();
  CHECK(HandlerSink(std::make_shared<Thrower>(), tell).deliver(chunk_of("c", 1)));
  CHECK(told == std::vector<std::string>{"handler: c"});
}

TEST_CASE("LoggingHandler writes one readable line per event") {
  CHECK(logged(StartedEvent{id, "echo 'a\nb'", noon}) ==
        "1970-01-01T12:00:00.000Z [3f2b8c1e] started: echo 'a\\x0ab'\n");
  CHECK(logged(LineEvent{id, OutputStream::out, "caf\xc3\xa9\t\x1b[31m\r", noon, 1, false}) ==
        "1970-01-01T12:00:00.000Z [3f2b8c1e] stdout: caf\xc3\xa9\t\\x1b[31m\\x0d\n");
  // U+009B is ESC [ in one character, U+202E writes from right to left, U+2028 ends a line; U+00A0 and U+202F do
  // nothing.
  CHECK(logged(LineEvent{id, OutputStream::out,
                         "\xc2\x9b"
                         "31m\xe2\x80\xae"
                         "x\xe2\x80\xa8\xc2\xa0\xe2\x80\xaf\xe2\x81\xa6",
                         noon, 1, false}) ==
        "1970-01-01T12:00:00.000Z [3f2b8c1e] stdout: "
        "\\xc2\\x9b31m\\xe2\\x80\\xaex\\xe2\\x80\\xa8\xc2\xa0\xe2\x80\xaf\\xe2\\x81\\xa6\n");
  CHECK(logged(LineEvent{id, OutputStream::err, "password: ", noon, 1, true}) ==
        "1970-01-01T12:00:00.000Z [3f2b8c1e] stderr (partial): password: \n");
  CHECK(logged(finished_with(ExecutionStatus::completed, 0)) ==
        "1970-01-01T12:00:00.000Z [3f2b8c1e] completed after 2s 500ms\n");
  CHECK(logged(finished_with(ExecutionStatus::failed, 3)) ==
        "1970-01-01T12:00:00.000Z [3f2b8c1e] failed after 2s 500ms: exited with code 3\n");
  CHECK(logged(ProgressEvent{id, 2, 5, "make", noon}) ==
        "1970-01-01T12:00:00.000Z [3f2b8c1e] progress: 2 of 5, make\n");
  CHECK(logged(ProgressEvent{id, 5, 5, std::nullopt, noon}) ==
        "1970-01-01T12:00:00.000Z [3f2b8c1e] progress: 5 of 5\n");
}

TEST_CASE("a warning reaches every handler, also after one that throws, on one line") {
  std::ostringstream log;
  HandlerSink sink(std::make_shared<MultiHandler>(std::vector<std::shared_ptr<EventHandler>>{
      std::make_shared<Thrower>(), std::make_shared<NoopHandler>(), std::make_shared<LoggingHandler>(log)}));
  sink.warn("no helper\nat all");
  const std::string line = log.str();
  CHECK(line.substr(line.find(' ')) == " warning: no helper\\x0aat all\n");
}

TEST_CASE("an engine reports to handlers, and a log holds neither environment nor stdin") {
  std::ostringstream log;
  const auto recorder = std::make_shared<Recorder>();
  {
    Engine engine(Config{}, std::make_shared<HandlerSink>(
                                std::make_shared<MultiHandler>(std::vector<std::shared_ptr<EventHandler>>{
                                    std::make_shared<LoggingHandler>(log), std::make_shared<Thrower>(), recorder})));
    const auto id_of = test::TestEngine::ask<Uuid>([&](auto answer) {
      engine.submit(value_from_json(R"({"command":{"type":"shell","command":"cat >/dev/null; seq 3; exit 4"},)"
                                    R"("env":{"TOKEN":"hush-env"},"stdin":{"type":"data","data":"hush-stdin"}})")
                        .value(),
                    Environment::from_current(), nullptr, std::move(answer));
    });
    test::TestEngine::ask<Outcome>([&](auto answer) { engine.wait(id_of.value(), std::move(answer)); });
  }
  REQUIRE(recorder->events.size() == 5);
  CHECK(std::holds_alternative<StartedEvent>(recorder->events.front()));
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const auto& line = std::get<LineEvent>(recorder->events[i]);
    CHECK(line.line == std::to_string(i));
    CHECK(line.seq == i);
  }
  CHECK(std::get<FinishedEvent>(recorder->events.back()).result->exit_code == 4);
  const std::string text = log.str();
  CHECK(std::count(text.begin(), text.end(), '\n') == 5);
  CHECK(text.find("exited with code 4") != std::string::npos);
  CHECK(text.find("hush") == std::string::npos);
}
