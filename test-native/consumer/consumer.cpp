// Uses the installed library as a program of somebody else's would: runs a command and says what came of it.
#include "core/codec/json_reader.hpp"
#include "core/engine.hpp"
#include "core/event_handlers.hpp"

#include <cstdio>
#include <future>
#include <memory>
#include <string>
#include <utility>

int main() {
  auto sink = std::make_shared<cloudops::HandlerSink>(std::make_shared<cloudops::NoopHandler>());
  cloudops::Engine engine(cloudops::Config{}, std::move(sink));
  auto request = cloudops::value_from_json(R"({"command":{"type":"exec","program":"echo","args":["it runs"]}})");
  if (!request) return 1;

  std::promise<std::string> output;
  engine.run(std::move(*request), cloudops::Environment::from_current(),
             [&](const cloudops::Expected<cloudops::Outcome>& outcome) {
               output.set_value(outcome && outcome->result ? std::string(outcome->result->out.kept) : "no result");
             });
  const std::string text = output.get_future().get();
  std::fputs(text.c_str(), stdout);
  return text == "it runs\n" ? 0 : 1;
}
