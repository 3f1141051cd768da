#include "core/engine_core.hpp"

#include <utility>

namespace cloudops {
namespace {

/// Between two slices whatever is due for running executions gets its turn.
constexpr std::size_t slice = 1'000;

}  // namespace

void EngineCore::remove(const Uuid& id, const Callback<std::monostate>& answer) {
  if (closed_) return answer(engine_closed(id));
  if (store_.remove(id)) {
    forget(id);
    return answer(std::monostate{});
  }
  if (plans_.remove(id, [this](const auto& plan) { forget_plan(plan); })) return answer(std::monostate{});
  if (store_.contains(id) || plans_.contains(id)) return answer(not_finished(id));
  answer(unknown_execution(id));
}

void EngineCore::forget(const Uuid& id) {
  logs_.remove(id);
  plan_of_.erase(id);
}

void EngineCore::forget_plan(const PlanExecutionResult& plan) {
  for (const ResultPtr& result : plan.results) {
    // A command that was removed may have given its id to another plan's.
    const auto place = plan_of_.find(result->id);
    if (place != plan_of_.end() && place->second.plan == plan.plan_id) plan_of_.erase(place);
  }
}

void EngineCore::drop_outputs_over_limit() {
  store_.drop_outputs([this](const Uuid& id, const ResultPtr& stripped) {
    const auto place = plan_of_.find(id);
    if (place == plan_of_.end()) return;
    const auto& [plan, index] = place->second;
    if (const auto run = plan_runs_.find(plan); run != plan_runs_.end())
      run->second->results[index] = stripped;
    else
      plans_.replace_result(plan, index, stripped);
  });
}

void EngineCore::clean_up(Callback<std::size_t> answer) {
  if (closed_) return answer(engine_closed());
  plans_.clean_up(system_.now(), [this](const auto& plan) { forget_plan(plan); });
  clean_up_slice(0, std::move(answer));
}

void EngineCore::clean_up_slice(std::size_t gone_before, Callback<std::size_t> answer) {
  const std::size_t gone = store_.clean_up(system_.now(), slice, [this](const Uuid& id) { forget(id); });
  const std::size_t total = gone_before + gone;
  if (gone == slice) {
    boost::asio::post(runtime_.io(), [this, total, answer = std::move(answer)]() mutable {
      clean_up_slice(total, std::move(answer));
    });
    return;
  }
  answer(total);
  free_slice();
}

void EngineCore::free_slice() {
  if (store_.free_forgotten(slice)) boost::asio::post(runtime_.io(), [this] { free_slice(); });
}

void EngineCore::start_cleanup_task() {
  if (closing_ || machine_->cleanup_task().pending()) return;
  machine_->cleanup_task().start(std::chrono::seconds(config_.cleanup_interval_secs), [this] {
    clean_up([](const Expected<std::size_t>&) {});
    start_cleanup_task();
  });
}

void EngineCore::stop_cleanup_task() {
  if (!closed_) machine_->cleanup_task().cancel();
}

}  // namespace cloudops
