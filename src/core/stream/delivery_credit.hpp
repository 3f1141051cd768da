#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace cloudops {

/// Text that was handed to an event sink and not consumed yet, or to a FileWriter and not written yet, over all
/// executions of an engine. Any thread.
struct DeliveryTotal {
  static constexpr std::size_t limit = 64 * 1024 * 1024;
  std::atomic<std::size_t> undelivered{0};
};

/// The same for one execution. Past the limit the engine stops reading that child's pipes, so that the child waits in
/// write; memory stays bounded and nothing is dropped. Added to on the engine thread, released on those of the consumer
/// and of the writer.
class DeliveryCredit {
 public:
  static constexpr std::size_t limit = 1024 * 1024;

  explicit DeliveryCredit(std::shared_ptr<DeliveryTotal> total) : total_(std::move(total)) {}
  /// What nobody will consume any more no longer counts.
  ~DeliveryCredit() { total_->undelivered -= undelivered_.load(); }

  /// Engine thread.
  void add(std::size_t bytes) {
    total_->undelivered += bytes;
    if ((undelivered_ += bytes) <= limit && total_->undelivered <= DeliveryTotal::limit) return;
    paused_ = true;
    // Everything may have been released before anybody could see the pause.
    if (may_resume()) paused_ = false;
  }
  /// Engine thread. The limit is passed: reading must pause until release() says that it may go on.
  bool exhausted() const { return paused_; }

  /// Any thread. True, once per pause: tell the engine to resume this execution.
  bool release(std::size_t bytes) {
    undelivered_ -= bytes;
    total_->undelivered -= bytes;
    return may_resume() && paused_.exchange(false);
  }

 private:
  // Own credit only: an execution that holds little may always go on, so the shared total can never lock all out.
  bool may_resume() const {
    return undelivered_ <= limit / 2 && (total_->undelivered <= DeliveryTotal::limit || undelivered_ == 0);
  }

  std::shared_ptr<DeliveryTotal> total_;
  std::atomic<std::size_t> undelivered_{0};
  std::atomic<bool> paused_{false};
};

}  // namespace cloudops
