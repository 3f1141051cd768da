#pragma once

#include "core/model/config.hpp"
#include "core/model/uuid.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace cloudops {

/// Who may run now: the engine's slots, and the queue of those that wait for one. Pure data, no clock, no threads.
class Admission {
 public:
  enum class Decision { start, wait, refuse_no_slot, refuse_queue_full };

  Admission(std::size_t slots, ConcurrencyPolicy policy, std::size_t max_waiting)
      : slots_(slots), policy_(policy), max_waiting_(max_waiting) {}

  /// Asks for a slot. `start`: it is taken. `wait`: the id is queued, higher priority first, first in first out within
  /// one.
  Decision request(const Uuid& id, std::int64_t priority);
  /// As request, but waits whatever the policy and the queue's limit say, and takes nothing of that limit: a plan's
  /// commands never fail for want of a slot, nor do others because of them.
  Decision request_patiently(const Uuid& id, std::int64_t priority);

  /// Gives a slot back; the id that may start in its place, if any (its slot is taken).
  std::optional<Uuid> release();

  /// Takes a waiting id out of the queue. False: it was not waiting.
  bool withdraw(const Uuid& id);

  std::size_t slots() const { return slots_; }
  std::size_t running() const { return running_; }
  std::size_t waiting() const { return queue_.size(); }
  /// Of those that wait, how many the limit counts.
  std::size_t waiting_impatiently() const { return queue_.size() - patient_; }

 private:
  /// Ascending order is leaving order.
  using Place = std::pair<std::int64_t, std::uint64_t>;
  struct Waiting {
    Uuid id{};
    bool patient = false;
  };

  void wait(const Uuid& id, std::int64_t priority, bool patient);
  void leave(std::map<Place, Waiting>::iterator waiting);

  std::size_t slots_;
  ConcurrencyPolicy policy_;
  std::size_t max_waiting_;
  std::size_t running_ = 0;
  std::uint64_t arrivals_ = 0;
  std::map<Place, Waiting> queue_;
  std::size_t patient_ = 0;
  std::unordered_map<Uuid, Place, UuidHash> places_;
};

}  // namespace cloudops
