#include "core/schedule/admission.hpp"

namespace cloudops {

Admission::Decision Admission::request(const Uuid& id, std::int64_t priority) {
  const bool slot_free = running_ < slots_;
  if (!slot_free && policy_ == ConcurrencyPolicy::fail_fast) return Decision::refuse_no_slot;
  if (!slot_free && queue_.size() >= max_waiting_) return Decision::refuse_queue_full;
  return request_patiently(id, priority);
}

Admission::Decision Admission::request_patiently(const Uuid& id, std::int64_t priority) {
  if (running_ < slots_) {
    ++running_;
    return Decision::start;
  }
  const Place place{-priority, arrivals_++};
  queue_.emplace(place, id);
  places_.emplace(id, place);
  return Decision::wait;
}

std::optional<Uuid> Admission::release() {
  if (queue_.empty()) {
    --running_;
    return std::nullopt;
  }
  const auto first = queue_.begin();
  const Uuid id = first->second;
  queue_.erase(first);
  places_.erase(id);
  return id;
}

bool Admission::withdraw(const Uuid& id) {
  const auto found = places_.find(id);
  if (found == places_.end()) return false;
  queue_.erase(found->second);
  places_.erase(found);
  return true;
}

}  // namespace cloudops
