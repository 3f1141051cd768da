// Runs a command and then a plan with the engine alone, and prints what happens as it happens: for a person, or with
// --json as one JSON object per line in the shape of schemas/event.schema.json, the plan's result last.
#include "core/codec/json_reader.hpp"
#include "core/codec/json_writer.hpp"
#include "core/engine.hpp"
#include "core/event_handlers.hpp"
#include "core/text_of_result.hpp"

#include <future>
#include <iostream>
#include <type_traits>

using namespace cloudops;

namespace {

constexpr std::string_view command = R"({
  "command": {"type": "shell", "command": "echo hello; echo careful >&2; exit 3"},
  "timeout_ms": 5000
})";

// The report waits for both builds, which run side by side.
constexpr std::string_view plan = R"({
  "description": "two builds and a report",
  "strategy": {"type": "dependency_graph", "dependencies": {"2": [0, 1]}},
  "commands": [
    {"command": {"type": "shell", "command": "echo build one"}},
    {"command": {"type": "shell", "command": "echo build two"}},
    {"command": {"type": "exec", "program": "echo", "args": ["report", "of both"]}}
  ]
})";

/// A handler of one's own: it is called on the engine's thread, one event at a time.
class JsonHandler final : public EventHandler {
 public:
  void on_event(const ExecutionEvent& event) override {
    const auto json = [](const auto& one) {
      if constexpr (std::is_same_v<std::decay_t<decltype(one)>, FinishedEvent>)
        return to_json_text(one, text_of_result(*one.result));
      else
        return to_json_text(one);
    };
    std::cout << std::visit(json, event) << '\n';
  }
};

/// Waits for an answer of the engine. Never on the engine's own thread: a handler or a callback must not block.
template <class T, class Call>
T wait_for(Call call) {
  std::promise<Expected<T>> promise;
  call([&promise](Expected<T> answer) { promise.set_value(std::move(answer)); });
  Expected<T> answer = promise.get_future().get();
  if (!answer) throw std::runtime_error(answer.error().message);
  return std::move(answer).value();
}

ResultPtr run_command(Engine& engine, const Environment& environment) {
  const auto id = wait_for<Uuid>(
      [&](auto answer) { engine.submit(value_from_json(command).value(), environment, nullptr, std::move(answer)); });
  return wait_for<Outcome>([&](auto answer) { engine.wait(id, std::move(answer)); }).result;
}

PlanResultPtr run_plan(Engine& engine, const Environment& environment) {
  const auto id = wait_for<Uuid>(
      [&](auto answer) { engine.submit_plan(value_from_json(plan).value(), environment, nullptr, std::move(answer)); });
  return wait_for<PlanResultPtr>([&](auto answer) { engine.wait_plan(id, std::move(answer)); });
}

}  // namespace

int main(int argc, char** argv) try {
  const bool as_json = argc > 1 && std::string_view(argv[1]) == "--json";
  std::shared_ptr<EventHandler> handler = std::make_shared<LoggingHandler>(std::cout);
  if (as_json) handler = std::make_shared<JsonHandler>();

  Config config;
  config.max_concurrent_executions = 4;
  Engine engine(config, std::make_shared<HandlerSink>(handler));
  // Once, before other threads may change it.
  const auto environment = Environment::from_current();

  const auto result = run_command(engine, environment);
  const auto done = run_plan(engine, environment);
  wait_for<std::monostate>([&](auto answer) { engine.close({}, std::move(answer)); });
  engine.join();

  if (as_json) {
    std::cout << to_json_text(*done, text_of_result) << '\n';
  } else {
    std::cout << "The command is " << to_string(result->status) << " with exit code " << result->exit_code << ".\n"
              << "The plan is " << to_string(done->status) << ": " << done->stats.completed << " of "
              << done->stats.total << " commands in " << to_humantime(done->total_duration) << ".\n";
  }
  return done->status == ExecutionStatus::completed ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
