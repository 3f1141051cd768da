#include "core/engine_core.hpp"

#include "core/stream/private_file.hpp"

#include <utility>

namespace cloudops {

void EngineCore::wait(const Uuid& id, Callback<Outcome> answer) {
  if (const Outcome* outcome = store_.outcome(id)) return answer(Outcome{whole(*outcome), outcome->error});
  if (!store_.contains(id)) return answer(unknown_execution(id));
  store_.add_waiter(id, [answer = std::move(answer)](const Outcome& outcome) { answer(outcome); });
}

void EngineCore::status(const Uuid& id, const Callback<ExecutionStatus>& answer) const {
  if (const auto status = store_.status(id)) return answer(*status);
  answer(unknown_execution(id));
}

void EngineCore::result(const Uuid& id, const Callback<ResultPtr>& answer) const {
  if (const Outcome* outcome = store_.outcome(id)) return answer(whole(*outcome));
  answer(store_.contains(id) ? not_finished(id) : unknown_execution(id));
}

ResultPtr EngineCore::whole(const Outcome& outcome) const {
  const auto* fingerprint = store_.dropped_output(outcome.result->id);
  if (fingerprint == nullptr) return outcome.result;
  auto log = read_log(*outcome.result->log_path, fingerprint->size);
  if (!log) return outcome.result;
  auto restored = with_output_from(*outcome.result, *fingerprint, std::move(*log));
  return restored ? restored : outcome.result;
}

void EngineCore::stats(const Callback<ExecutionStats>& answer) const {
  if (closed_) return answer(engine_closed());
  answer(store_.stats());
}

void EngineCore::concurrency(const Callback<ConcurrencyMetrics>& answer) const {
  if (closed_) return answer(engine_closed());
  ConcurrencyMetrics metrics;
  metrics.max_concurrent = admission_.slots();
  metrics.currently_running = admission_.running();
  metrics.currently_pending = admission_.waiting();
  metrics.available_slots = admission_.slots() - admission_.running();
  answer(metrics);
}

void EngineCore::output(const Uuid& id, OutputStream stream, const Callback<std::string>& answer) const {
  if (const Outcome* outcome = store_.outcome(id)) {
    const ResultPtr result = whole(*outcome);
    return answer(std::string(result->of(stream).kept));
  }
  if (const auto found = active_.find(id); found != active_.end())
    return answer(found->second.execution->captured(stream));
  // It waits for its turn in a plan.
  if (store_.contains(id)) return answer(std::string());
  answer(unknown_execution(id));
}

void EngineCore::log_file(const Uuid& id, const Callback<std::string>& answer) {
  const auto path = logs_.find(id);
  if (!path) return answer(unknown_execution(id));
  if (path->empty()) return answer(has_no_log(id));
  const auto found = active_.find(id);
  if (found == active_.end()) return answer(*path);
  found->second.execution->flush_log([answer, path = *path] { answer(path); });
}

}  // namespace cloudops
