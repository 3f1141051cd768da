#include "core/store/plan_store.hpp"

#include <memory>
#include <utility>

namespace cloudops {

std::vector<PlanWaitCallback> PlanStore::finish(const Uuid& id, PlanExecutionResult result, SteadyTime now) {
  Record& record = plans_.at(id);
  record.result = std::move(result);
  record.finished_at = now;
  record.place = finished_.insert(finished_.end(), id);
  return std::exchange(record.waiters, {});
}

PlanResultPtr PlanStore::result(const Uuid& id) const {
  const auto found = plans_.find(id);
  if (found == plans_.end() || !found->second.result) return nullptr;
  return std::make_shared<const PlanExecutionResult>(*found->second.result);
}

void PlanStore::replace_result(const Uuid& id, std::size_t index, ResultPtr result) {
  const auto found = plans_.find(id);
  if (found == plans_.end() || !found->second.result) return;
  auto& results = found->second.result->results;
  if (index < results.size() && results[index]->id == result->id) results[index] = std::move(result);
}

void PlanStore::add_waiter(const Uuid& id, PlanWaitCallback waiter) {
  plans_.at(id).waiters.push_back(std::move(waiter));
}

bool PlanStore::remove(const Uuid& id, const Forgotten& forgotten) {
  const auto found = plans_.find(id);
  if (found == plans_.end() || !found->second.result) return false;
  forgotten(*found->second.result);
  finished_.erase(found->second.place);
  plans_.erase(found);
  return true;
}

void PlanStore::clean_up(SteadyTime now, const Forgotten& forgotten) {
  const auto oldest_kept = now - std::chrono::seconds(config_.execution_retention_secs);
  while (!finished_.empty()) {
    const bool too_old = plans_.at(finished_.front()).finished_at <= oldest_kept;
    if (!too_old && finished_.size() <= config_.max_in_memory_executions) return;
    remove(Uuid(finished_.front()), forgotten);
  }
}

}  // namespace cloudops
