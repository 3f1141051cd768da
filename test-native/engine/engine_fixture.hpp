#pragma once

#include "core/codec/json_reader.hpp"
#include "core/engine.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cloudops::test {

/// No fact that a test waits for takes longer on a machine that works, however busy.
inline constexpr std::chrono::seconds patience{30};

/// Keeps every event; consumes output at once unless told to hold it.
class RecordingSink final : public EventSink {
 public:
  bool deliver(Event event) override {
    std::function<void(const Event&)> observer;
    bool held = false;
    {
      std::lock_guard lock(mutex_);
      held = hold_ && std::holds_alternative<OutputChunk>(event);
      events_.push_back(event);
      observer = observer_;
    }
    changed_.notify_all();
    if (observer) observer(event);
    return !held;
  }
  void begin_batch() override { ++open_batches_; }
  void end_batch() override { --open_batches_; }
  int open_batches() const { return open_batches_; }
  void warn(const std::string& sentence) override {
    std::lock_guard lock(mutex_);
    warnings_.push_back(sentence);
  }
  std::vector<std::string> warnings() const {
    std::lock_guard lock(mutex_);
    return warnings_;
  }
  std::vector<Event> events() const {
    std::lock_guard lock(mutex_);
    return events_;
  }
  /// From now on output counts against its execution's credit; whoever calls this releases it.
  void hold_output(bool hold) {
    std::lock_guard lock(mutex_);
    hold_ = hold;
  }
  /// Called on the engine thread with each event.
  void observe(std::function<void(const Event&)> observer) {
    std::lock_guard lock(mutex_);
    observer_ = std::move(observer);
  }
  bool wait_until(const std::function<bool(const std::vector<Event>&)>& fact) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return fact(events_); });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
  std::vector<std::string> warnings_;
  std::function<void(const Event&)> observer_;
  bool hold_ = false;
  std::atomic<int> open_batches_ = 0;
};

/// The lines of one stream as delivered, each with its '\n'.
inline std::string text_of(const std::vector<Event>& events, const Uuid& id, OutputStream stream = OutputStream::out) {
  std::string text;
  for (const auto& event : events)
    if (const auto* chunk = std::get_if<OutputChunk>(&event);
        chunk && chunk->execution_id == id && chunk->stream == stream)
      text += chunk->text + '\n';
  return text;
}

/// How many times it was reported as started.
inline int starts_of(const std::vector<Event>& events, const Uuid& id) {
  int count = 0;
  for (const auto& event : events)
    if (const auto* started = std::get_if<StartedEvent>(&event)) count += started->execution_id == id;
  return count;
}

/// An engine without logs, with answers one can wait for.
class TestEngine {
 public:
  using Done = Expected<std::monostate>;

  explicit TestEngine(Config config = {}, System& system = real_system(),
                      ChildSignals child_signals = ChildSignals::for_the_host)
      : sink(std::make_shared<RecordingSink>()), engine(std::move(config), sink, system, child_signals) {}

  Expected<Uuid> submit(const std::string& json) {
    return ask<Uuid>([&](auto answer) {
      engine.submit(value_from_json(json).value(), Environment::from_current(), nullptr, std::move(answer));
    });
  }
  Uuid start(const std::string& json) { return submit(json).value(); }
  Expected<Outcome> wait(const Uuid& id) {
    return ask<Outcome>([&](auto answer) { engine.wait(id, std::move(answer)); });
  }
  ResultPtr finish(const Uuid& id) { return wait(id).value().result; }
  ResultPtr run(const std::string& json) { return finish(start(json)); }

  Done cancel(const Uuid& id) {
    return ask<std::monostate>([&](auto answer) { engine.cancel(id, std::move(answer)); });
  }
  Done close(CloseOptions options = {}) {
    return ask<std::monostate>([&](auto answer) { engine.close(options, std::move(answer)); });
  }
  Done remove(const Uuid& id) {
    return ask<std::monostate>([&](auto answer) { engine.remove(id, std::move(answer)); });
  }
  Done write(const Uuid& id, const std::string& data) { return write_later(id, data).get(); }
  std::future<Done> write_later(const Uuid& id, const std::string& data) {
    return ask_later<std::monostate>([&](auto answer) { engine.write_stdin(id, data, std::move(answer)); });
  }
  Done close_stdin(const Uuid& id) {
    return ask<std::monostate>([&](auto answer) { engine.close_stdin(id, std::move(answer)); });
  }
  Expected<ExecutionStatus> status(const Uuid& id) {
    return ask<ExecutionStatus>([&](auto answer) { engine.status(id, std::move(answer)); });
  }
  Expected<ResultPtr> result(const Uuid& id) {
    return ask<ResultPtr>([&](auto answer) { engine.result(id, std::move(answer)); });
  }
  ExecutionStats stats() {
    return ask<ExecutionStats>([&](auto answer) { engine.stats(std::move(answer)); }).value();
  }
  ConcurrencyMetrics concurrency() {
    return ask<ConcurrencyMetrics>([&](auto answer) { engine.concurrency(std::move(answer)); }).value();
  }
  Expected<std::string> output(const Uuid& id, OutputStream stream) {
    return ask<std::string>([&](auto answer) { engine.output(id, stream, std::move(answer)); });
  }
  Expected<std::size_t> clean_up() {
    return ask<std::size_t>([&](auto answer) { engine.clean_up(std::move(answer)); });
  }

  /// A slot comes back in the same turn as the answer to those who wait, but after it.
  bool slots_come_back() { return concurrency().currently_running == 0; }
  bool has_started(const Uuid& id) {
    return sink->wait_until([&](const auto& events) { return starts_of(events, id) > 0; });
  }
  /// The first whole line that it prints to stdout; "" when none comes.
  std::string first_line(const Uuid& id) {
    std::string text;
    sink->wait_until([&](const auto& events) { return !(text = text_of(events, id)).empty(); });
    return text.substr(0, text.find('\n'));
  }

  template <class T, class Call>
  static Expected<T> ask(Call call) {
    return ask_later<T>(std::move(call)).get();
  }
  template <class T, class Call>
  static std::future<Expected<T>> ask_later(Call call) {
    auto promise = std::make_shared<std::promise<Expected<T>>>();
    auto answer = promise->get_future();
    call([promise](Expected<T> value) { promise->set_value(std::move(value)); });
    return answer;
  }

  std::shared_ptr<RecordingSink> sink;
  Engine engine;
};

/// A request for a shell command. `more` is further fields: `"timeout_ms":5`.
inline std::string shell(const std::string& command, const std::string& more = "") {
  std::string quoted;
  for (const char c : command) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return R"({"command":{"type":"shell","shell":"sh","command":")" + quoted + "\"}" + (more.empty() ? "" : "," + more) +
         "}";
}

/// A command that runs until its stdin is closed.
inline std::string blocker(const std::string& more = "") {
  return shell("exec cat", R"("stdin":{"type":"pipe"})" + (more.empty() ? "" : "," + more));
}

}  // namespace cloudops::test
