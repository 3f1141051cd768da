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

  /// Something that fails no command but takes away from what the engine promises; said once. Does nothing by default.
  virtual void warn(const std::string& sentence) { static_cast<void>(sentence); }
};

}  // namespace cloudops
