// Runs a command and then a plan with the engine alone, and prints what happens as it happens.
#include "core/codec/json_reader.hpp"
#include "core/engine.hpp"
#include "core/event_handlers.hpp"

#include <future>
#include <iostream>

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

int main() try {
  Config config;
  config.max_concurrent_executions = 4;
  Engine engine(config, std::make_shared<HandlerSink>(std::make_shared<LoggingHandler>(std::cout)));
  // Once, before other threads may change it.
  const auto environment = Environment::from_current();

  const auto result = run_command(engine, environment);
  const auto done = run_plan(engine, environment);
  wait_for<std::monostate>([&](auto answer) { engine.close({}, std::move(answer)); });
  engine.join();

  std::cout << "The command is " << to_string(result->status) << " with exit code " << result->exit_code << ".\n"
            << "The plan is " << to_string(done->status) << ": " << done->stats.completed << " of " << done->stats.total
            << " commands in " << to_humantime(done->total_duration) << ".\n";
  return done->status == ExecutionStatus::completed ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
