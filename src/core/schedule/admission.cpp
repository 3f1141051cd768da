#include "core/schedule/admission.hpp"

namespace cloudops {

Admission::Decision Admission::request(const Uuid& id, std::int64_t priority) {
  if (running_ < slots_) {
    ++running_;
    return Decision::start;
  }
  if (policy_ == ConcurrencyPolicy::fail_fast) return Decision::refuse_no_slot;
  if (waiting_impatiently() >= max_waiting_) return Decision::refuse_queue_full;
  wait(id, priority, false);
  return Decision::wait;
}

Admission::Decision Admission::request_patiently(const Uuid& id, std::int64_t priority) {
  if (running_ < slots_) {
    ++running_;
    return Decision::start;
  }
  wait(id, priority, true);
  return Decision::wait;
}

std::optional<Uuid> Admission::release() {
  if (queue_.empty()) {
    --running_;
    return std::nullopt;
  }
  const auto first = queue_.begin();
  const Uuid id = first->second.id;
  leave(first);
  return id;
}

bool Admission::withdraw(const Uuid& id) {
  const auto place = places_.find(id);
  if (place == places_.end()) return false;
  leave(queue_.find(place->second));
  return true;
}

void Admission::wait(const Uuid& id, std::int64_t priority, bool patient) {
  const Place place{-priority, arrivals_++};
  queue_.emplace(place, Waiting{id, patient});
  places_.emplace(id, place);
  if (patient) ++patient_;
}

void Admission::leave(std::map<Place, Waiting>::iterator waiting) {
  if (waiting->second.patient) --patient_;
  places_.erase(waiting->second.id);
  queue_.erase(waiting);
}

}  // namespace cloudops
