#include "core/store/execution_store.hpp"

#include <algorithm>
#include <utility>

namespace cloudops {

std::uint64_t& ExecutionStore::counter(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::pending: return stats_.pending;
    case ExecutionStatus::running: return stats_.running;
    case ExecutionStatus::completed: return stats_.completed;
    case ExecutionStatus::cancelled: return stats_.cancelled;
    case ExecutionStatus::timeout: return stats_.timeout;
    case ExecutionStatus::failed: break;
  }
  return stats_.failed;
}

bool ExecutionStore::add(const Uuid& id, std::string command, std::optional<ExecutionMetadata> metadata,
                         WallTime accepted_at) {
  const auto [place, added] = places_.try_emplace(id);
  if (!added) return false;
  place->second =
      live_.insert(live_.end(), {id, accepted_++, std::move(command),
                                 LiveExecution{ExecutionStatus::pending, accepted_at, std::move(metadata), {}}});
  ++stats_.total;
  ++stats_.pending;
  return true;
}

void ExecutionStore::mark_running(const Uuid& id, WallTime started_at) {
  auto& live = std::get<LiveExecution>(places_.at(id)->state);
  --counter(live.status);
  live.status = ExecutionStatus::running;
  live.since = started_at;
  ++counter(live.status);
}

std::vector<WaitCallback> ExecutionStore::finish(const Uuid& id, Outcome outcome, SteadyTime now) {
  const auto record = places_.at(id);
  auto& live = std::get<LiveExecution>(record->state);
  const ExecutionStatus status = outcome.result->status;
  const std::uint64_t kept = kept_bytes(*outcome.result);
  --counter(live.status);
  ++counter(status);
  auto waiters = std::move(live.waiters);
  output_bytes_ += kept;
  record->state = FinishedExecution{std::move(outcome), now, status, kept, std::nullopt};
  finished_.splice(finished_.end(), live_, record);
  if (oldest_output_ == finished_.end()) oldest_output_ = record;
  return waiters;
}

void ExecutionStore::drop_outputs(const std::function<void(const Uuid&, const ResultPtr&)>& dropped) {
  for (; output_bytes_ > config_.max_in_memory_output_bytes && oldest_output_ != finished_.end(); ++oldest_output_) {
    auto& finished = std::get<FinishedExecution>(oldest_output_->state);
    if (finished.kept == 0) continue;
    const ResultPtr whole = finished.outcome.result;
    finished.dropped = fingerprint_of(*whole);
    finished.outcome.result = without_output(*whole);
    output_bytes_ -= std::exchange(finished.kept, 0);
    dropped(oldest_output_->id, finished.outcome.result);
  }
}

const FinishedExecution* ExecutionStore::finished(const Uuid& id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? nullptr : std::get_if<FinishedExecution>(&found->second->state);
}

const OutputFingerprint* ExecutionStore::dropped_output(const Uuid& id) const {
  const auto* record = finished(id);
  return record && record->dropped ? &*record->dropped : nullptr;
}

std::optional<ExecutionStatus> ExecutionStore::status(const Uuid& id) const {
  const auto found = places_.find(id);
  if (found == places_.end()) return std::nullopt;
  if (const auto* live = std::get_if<LiveExecution>(&found->second->state)) return live->status;
  return std::get<FinishedExecution>(found->second->state).status;
}

const Outcome* ExecutionStore::outcome(const Uuid& id) const {
  const auto* record = finished(id);
  return record ? &record->outcome : nullptr;
}

bool ExecutionStore::add_waiter(const Uuid& id, WaitCallback waiter) {
  const auto found = places_.find(id);
  if (found == places_.end()) return false;
  auto* live = std::get_if<LiveExecution>(&found->second->state);
  if (!live) return false;
  live->waiters.push_back(std::move(waiter));
  return true;
}

ExecutionSummary ExecutionStore::summary_of(const Record& record) {
  if (const auto* live = std::get_if<LiveExecution>(&record.state))
    return {record.id, live->status, live->since, std::nullopt, record.command, live->metadata};
  const ExecutionResult& result = *std::get<FinishedExecution>(record.state).outcome.result;
  return {record.id, result.status, result.started_at, result.duration, record.command, result.metadata};
}

std::vector<ExecutionSummary> ExecutionStore::list() const {
  std::vector<const Record*> records;
  records.reserve(places_.size());
  for (const Record& record : finished_) records.push_back(&record);
  for (const Record& record : live_) records.push_back(&record);
  std::sort(records.begin(), records.end(),
            [](const Record* left, const Record* right) { return left->place < right->place; });
  std::vector<ExecutionSummary> summaries;
  summaries.reserve(records.size());
  for (const Record* record : records) summaries.push_back(summary_of(*record));
  return summaries;
}

void ExecutionStore::forget(Records::iterator record) {
  const auto& finished = std::get<FinishedExecution>(record->state);
  --counter(finished.status);
  --stats_.total;
  output_bytes_ -= finished.kept;
  if (oldest_output_ == record) ++oldest_output_;
  places_.erase(record->id);
  forgotten_.splice(forgotten_.end(), finished_, record);
}

bool ExecutionStore::remove(const Uuid& id) {
  if (!finished(id)) return false;
  forget(places_.at(id));
  forgotten_.pop_back();
  return true;
}

std::size_t ExecutionStore::clean_up(SteadyTime now, std::size_t limit,
                                     const std::function<void(const Uuid&)>& forgotten) {
  const auto oldest_kept = now - std::chrono::seconds(config_.execution_retention_secs);
  std::size_t gone = 0;
  while (gone < limit && !finished_.empty()) {
    const auto oldest = finished_.begin();
    const bool too_old = std::get<FinishedExecution>(oldest->state).at <= oldest_kept;
    if (!too_old && finished_.size() <= config_.max_in_memory_executions) break;
    forgotten(oldest->id);
    forget(oldest);
    ++gone;
  }
  return gone;
}

bool ExecutionStore::free_forgotten(std::size_t limit) {
  for (; limit > 0 && !forgotten_.empty(); --limit) forgotten_.pop_front();
  return !forgotten_.empty();
}

}  // namespace cloudops
