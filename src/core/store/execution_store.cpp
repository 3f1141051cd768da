#include "core/store/execution_store.hpp"

#include <algorithm>

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
  const auto [place, added] = records_.try_emplace(id);
  if (!added) return false;
  place->second = std::make_unique<Record>();
  Record& record = *place->second;
  record.command = std::move(command);
  record.state = LiveExecution{ExecutionStatus::pending, accepted_at, std::move(metadata), {}};
  ++stats_.total;
  ++stats_.pending;
  return true;
}

void ExecutionStore::mark_running(const Uuid& id, WallTime started_at) {
  auto& live = std::get<LiveExecution>(records_.at(id)->state);
  --counter(live.status);
  live.status = ExecutionStatus::running;
  live.since = started_at;
  ++counter(live.status);
}

std::vector<WaitCallback> ExecutionStore::finish(const Uuid& id, Outcome outcome, SteadyTime now) {
  auto& record = *records_.at(id);
  auto& live = std::get<LiveExecution>(record.state);
  --counter(live.status);
  ++counter(outcome.result->status);
  auto waiters = std::move(live.waiters);
  output_bytes_ += kept_bytes(*outcome.result);
  const auto place = finished_.insert(finished_.end(), id);
  if (oldest_output_ == finished_.end()) oldest_output_ = place;
  record.state = FinishedExecution{std::move(outcome), now, place, std::nullopt};
  return waiters;
}

void ExecutionStore::drop_outputs(const std::function<void(const Uuid&, const ResultPtr&)>& dropped) {
  for (; output_bytes_ > config_.max_in_memory_output_bytes && oldest_output_ != finished_.end(); ++oldest_output_) {
    auto& finished = std::get<FinishedExecution>(records_.at(*oldest_output_)->state);
    const ResultPtr whole = finished.outcome.result;
    const std::uint64_t bytes = kept_bytes(*whole);
    if (bytes == 0) continue;
    finished.dropped = fingerprint_of(*whole);
    finished.outcome.result = without_output(*whole);
    output_bytes_ -= bytes;
    dropped(*oldest_output_, finished.outcome.result);
  }
}

const OutputFingerprint* ExecutionStore::dropped_output(const Uuid& id) const {
  const auto found = records_.find(id);
  if (found == records_.end()) return nullptr;
  const auto* finished = std::get_if<FinishedExecution>(&found->second->state);
  return finished && finished->dropped ? &*finished->dropped : nullptr;
}

std::optional<ExecutionStatus> ExecutionStore::status(const Uuid& id) const {
  const auto found = records_.find(id);
  if (found == records_.end()) return std::nullopt;
  if (const auto* live = std::get_if<LiveExecution>(&found->second->state)) return live->status;
  return std::get<FinishedExecution>(found->second->state).outcome.result->status;
}

const Outcome* ExecutionStore::outcome(const Uuid& id) const {
  const auto found = records_.find(id);
  if (found == records_.end()) return nullptr;
  const auto* finished = std::get_if<FinishedExecution>(&found->second->state);
  return finished ? &finished->outcome : nullptr;
}

bool ExecutionStore::add_waiter(const Uuid& id, WaitCallback waiter) {
  const auto found = records_.find(id);
  if (found == records_.end()) return false;
  auto* live = std::get_if<LiveExecution>(&found->second->state);
  if (!live) return false;
  live->waiters.push_back(std::move(waiter));
  return true;
}

std::vector<ExecutionSummary> ExecutionStore::list() const {
  std::vector<ExecutionSummary> summaries;
  summaries.reserve(records_.size());
  for (const auto& [id, record] : records_) {
    if (const auto* live = std::get_if<LiveExecution>(&record->state)) {
      summaries.push_back({id, live->status, live->since, std::nullopt, record->command, live->metadata});
    } else {
      const auto& result = *std::get<FinishedExecution>(record->state).outcome.result;
      summaries.push_back({id, result.status, result.started_at, result.duration, record->command, result.metadata});
    }
  }
  std::sort(summaries.begin(), summaries.end(),
            [](const auto& left, const auto& right) { return left.started_at < right.started_at; });
  return summaries;
}

void ExecutionStore::forget(Records::iterator record) {
  const auto& finished = std::get<FinishedExecution>(record->second->state);
  --counter(finished.outcome.result->status);
  --stats_.total;
  output_bytes_ -= kept_bytes(*finished.outcome.result);
  if (oldest_output_ == finished.place) ++oldest_output_;
  finished_.erase(finished.place);
  records_.erase(record);
}

bool ExecutionStore::remove(const Uuid& id) {
  const auto found = records_.find(id);
  if (found == records_.end() || !std::holds_alternative<FinishedExecution>(found->second->state)) return false;
  forget(found);
  return true;
}

std::size_t ExecutionStore::clean_up(SteadyTime now, std::size_t limit,
                                     const std::function<void(const Uuid&)>& forgotten) {
  const auto oldest_kept = now - std::chrono::seconds(config_.execution_retention_secs);
  std::size_t gone = 0;
  while (gone < limit && !finished_.empty()) {
    const auto oldest = records_.find(finished_.front());
    const bool too_old = std::get<FinishedExecution>(oldest->second->state).at <= oldest_kept;
    if (!too_old && finished_.size() <= config_.max_in_memory_executions) break;
    forgotten(oldest->first);
    forget(oldest);
    ++gone;
  }
  return gone;
}

}  // namespace cloudops
