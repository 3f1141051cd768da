#include "core/plan_run.hpp"

namespace cloudops {
namespace {

ExecutionStatus plan_status(const PlanRun& run) {
  bool all_succeeded = true;
  bool only_timeouts = true;
  for (std::size_t i = 0; i < run.results.size(); ++i) {
    if (run.results[i]->success()) continue;
    all_succeeded = false;
    if (run.results[i]->status != ExecutionStatus::timeout && !run.dropped[i]) only_timeouts = false;
  }
  if (all_succeeded) return ExecutionStatus::completed;
  if (run.cancelled) return ExecutionStatus::cancelled;
  return only_timeouts ? ExecutionStatus::timeout : ExecutionStatus::failed;
}

}  // namespace

std::vector<std::int64_t> priorities_of(const std::vector<AcceptedRequest>& commands) {
  std::vector<std::int64_t> priorities;
  priorities.reserve(commands.size());
  for (const auto& command : commands) priorities.push_back(command.request.priority);
  return priorities;
}

PlanExecutionResult describe_plan(const PlanRun& run, SteadyTime now) {
  PlanExecutionResult plan;
  plan.plan_id = run.id;
  plan.status = plan_status(run);
  plan.results = run.results;
  plan.total_duration = std::chrono::duration_cast<std::chrono::microseconds>(now - run.began);
  plan.stats.total = run.results.size();
  for (const auto& result : run.results) {
    switch (result->status) {
      case ExecutionStatus::completed: ++plan.stats.completed; break;
      case ExecutionStatus::cancelled: ++plan.stats.cancelled; break;
      case ExecutionStatus::timeout: ++plan.stats.timeout; break;
      default: ++plan.stats.failed;
    }
  }
  return plan;
}

std::string not_run_because(std::size_t index, ExecutionStatus status) {
  const char* what = " failed";
  if (status == ExecutionStatus::timeout) what = " timed out";
  if (status == ExecutionStatus::cancelled) what = " was cancelled";
  return "not run: command " + std::to_string(index) + what;
}

}  // namespace cloudops
