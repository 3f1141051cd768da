#pragma once

#include "core/model/event.hpp"

#include <string>

namespace cloudops {

/// Where an engine's events go. Called on the engine thread, in order; must not block and must not throw.
class EventSink {
 public:
  virtual ~EventSink() = default;

  /// True: the event was consumed. False, for an OutputChunk only: it was kept, and DeliveryCredit::release will be
  /// called for it later; until then its text counts against the execution's credit.
  virtual bool deliver(Event event) = 0;

  /// What is delivered and answered between the two is meant for one moment: who has to be woken for it, may be woken
  /// at the end, once. Engine thread, never nested (see EventBatch). They do nothing by default.
  virtual void begin_batch() {}
  virtual void end_batch() {}

  /// Something that fails no command but takes away from what the engine promises; said once. Does nothing by default.
  virtual void warn(const std::string& sentence) { static_cast<void>(sentence); }
};

/// A batch for as long as this lives.
class EventBatch {
 public:
  explicit EventBatch(EventSink& sink) : sink_(sink) { sink_.begin_batch(); }
  ~EventBatch() { sink_.end_batch(); }
  EventBatch(const EventBatch&) = delete;
  EventBatch& operator=(const EventBatch&) = delete;

 private:
  EventSink& sink_;
};

}  // namespace cloudops
