#pragma once

#include "core/codec/json_reader.hpp"
#include "core/engine.hpp"

#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace cloudops::test {

/// Keeps every event; consumes output at once.
class RecordingSink final : public EventSink {
 public:
  bool deliver(Event event) override {
    std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    return true;
  }
  std::vector<Event> events() const {
    std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;
};

/// An engine without logs, with answers one can wait for.
class TestEngine {
 public:
  explicit TestEngine(Config config = {}, System& system = real_system())
      : sink(std::make_shared<RecordingSink>()), engine(std::move(config), sink, system) {}

  Expected<Uuid> submit(const std::string& json) {
    return ask<Uuid>([&](auto answer) {
      engine.submit(value_from_json(json).value(), Environment::from_current(), nullptr, std::move(answer));
    });
  }
  Expected<Outcome> wait(const Uuid& id) {
    return ask<Outcome>([&](auto answer) { engine.wait(id, std::move(answer)); });
  }
  ResultPtr run(const std::string& json) { return wait(submit(json).value()).value().result; }

  template <class T, class Call>
  static Expected<T> ask(Call call) {
    auto promise = std::make_shared<std::promise<Expected<T>>>();
    auto answer = promise->get_future();
    call([promise](Expected<T> value) { promise->set_value(std::move(value)); });
    return answer.get();
  }

  std::shared_ptr<RecordingSink> sink;
  Engine engine;
};

}  // namespace cloudops::test
