#pragma once

#include "core/event_sink.hpp"
#include "core/model/line_event.hpp"

#include <exception>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace cloudops {

/// What happens, as a C++ user sees it: one event per line of output. Per execution: StartedEvent, its LineEvents in
/// the order read, exactly one FinishedEvent; one that never started has the last only.
using ExecutionEvent = std::variant<StartedEvent, LineEvent, FinishedEvent, ProgressEvent>;

/// Sees every event of an engine that was made with a HandlerSink around it. Called on the engine thread, one call at a
/// time, in order: while it works no output is read, so it must not wait for that engine. What it throws is contained.
class EventHandler {
 public:
  virtual ~EventHandler() = default;
  /// The event lives only for the call.
  virtual void on_event(const ExecutionEvent& event) = 0;
  /// Something that fails no command but takes away from what the engine promises; said once. Does nothing by default.
  virtual void on_warning(const std::string& sentence) { static_cast<void>(sentence); }
};

/// Hears of an exception that a handler let out, and the event it was dealing with; engine thread. What this throws
/// itself is dropped.
using HandlerErrorCallback = std::function<void(std::exception_ptr error, const ExecutionEvent& event)>;

/// Does nothing.
class NoopHandler final : public EventHandler {
 public:
  void on_event(const ExecutionEvent&) override {}
};

/// Writes one line per event for a person to read: time, the first eight digits of the id, what happened. Control
/// characters but for tabs, and what reorders text, are written as \xNN, so that no output can forge a line or steer a
/// terminal. Never holds environment or
/// stdin. Flushed at every event that is not a line of output. The stream must outlive the engine's thread.
class LoggingHandler final : public EventHandler {
 public:
  explicit LoggingHandler(std::ostream& out) : out_(out) {}
  void on_event(const ExecutionEvent& event) override;
  void on_warning(const std::string& sentence) override;

 private:
  std::ostream& out_;
};

/// Passes every event to several handlers, in their order. One that throws keeps nothing from the others.
class MultiHandler final : public EventHandler {
 public:
  explicit MultiHandler(std::vector<std::shared_ptr<EventHandler>> handlers, HandlerErrorCallback on_error = {});
  void on_event(const ExecutionEvent& event) override;
  void on_warning(const std::string& sentence) override;

 private:
  const std::vector<std::shared_ptr<EventHandler>> handlers_;
  const HandlerErrorCallback on_error_;
};

/// What an Engine needs to report to an EventHandler: takes chunks of output apart into lines, which are consumed when
/// the handler has returned, and stops every exception. Owned by the engine, and with it the handler.
class HandlerSink final : public EventSink {
 public:
  explicit HandlerSink(std::shared_ptr<EventHandler> handler, HandlerErrorCallback on_error = {});
  bool deliver(Event event) override;
  void warn(const std::string& sentence) override;

 private:
  const std::shared_ptr<EventHandler> handler_;
  const HandlerErrorCallback on_error_;
};

}  // namespace cloudops
