#include "core/engine_core.hpp"

#include "core/validate/parse_plan.hpp"

#include <algorithm>
#include <utility>

namespace cloudops {

void EngineCore::submit_plan(const Value& raw, const Environment& environment, SubmitTicket* ticket,
                             const Callback<Uuid>& answer) {
  if (closing_) return answer(engine_closed());
  auto plan = parse_plan(raw, config_);
  if (!plan) return answer(std::move(plan).error());
  auto commands = validate_commands(std::move(plan->commands), environment);
  if (!commands) return answer(std::move(commands).error());
  const Uuid id = plan->id ? *plan->id : make_uuid();
  if (auto known = refuse_known(id, "id")) return answer(std::move(*known));
  if (ticket != nullptr && !ticket->accept()) return answer(request_withdrawn());

  auto run = std::make_unique<PlanRun>(id, plan->strategy, std::move(*commands), system_.now());
  const auto accepted_at = wall_now();
  for (std::size_t i = 0; i < run->commands.size(); ++i) {
    const AcceptedRequest& command = run->commands[i];
    record(command, accepted_at);
    plan_of_.emplace(command.id, PlanPlace{id, i});
  }
  plans_.add(id);
  PlanRun& started = *plan_runs_.emplace(id, std::move(run)).first->second;
  answer(id);
  advance(started);
}

Expected<std::vector<AcceptedRequest>> EngineCore::validate_commands(std::vector<ExecutionRequest> requests,
                                                                     const Environment& environment) {
  std::vector<AcceptedRequest> accepted;
  accepted.reserve(requests.size());
  LaunchResolver resolver(environment);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::string prefix = "commands[" + std::to_string(i) + "]";
    auto one = accept(std::move(requests[i]), resolver, prefix);
    if (!one) return std::move(one).error();
    if (auto known = refuse_known(one->id, prefix + ".id")) return std::move(*known);
    accepted.push_back(std::move(*one));
  }
  return accepted;
}

void EngineCore::advance(PlanRun& run) {
  for (const std::size_t index : run.schedule.take_ready()) {
    AcceptedRequest& accepted = run.commands[index];
    const Uuid id = accepted.id;
    const auto priority = accepted.request.priority;
    active_.emplace(id, Active{std::make_unique<Execution>(std::move(accepted), machine_->context(), *this)});
    // Posted: a command that fails to start settles at once, and its successors would grow the stack.
    if (admission_.request_patiently(id, priority) == Admission::Decision::start) post_start(id);
  }
}

void EngineCore::command_finished(PlanPlace place, const std::string& command, ResultPtr result) {
  PlanRun& run = *plan_runs_.at(place.plan);
  const bool success = result->success();
  const ExecutionStatus status = result->status;
  run.results[place.index] = std::move(result);
  ++run.finished;
  drop(run, run.schedule.finish(place.index, success), status);
  progress(run, command);
  advance(run);
  finish_plan_if_done(run);
}

void EngineCore::drop(PlanRun& run, const std::vector<PlanSchedule::Dropped>& dropped, ExecutionStatus status) {
  for (const auto& [index, because_of] : dropped) {
    run.dropped[index] = true;
    settle_unstarted(run, index, not_run_because(because_of, status), std::nullopt);
  }
}

void EngineCore::settle_unstarted(PlanRun& run, std::size_t index, const std::string& why,
                                  std::optional<TerminationCause> cause) {
  if (const auto& feed = run.commands[index].stdin_pipe) feed->abandon(StdinFeed::never_started);
  ExecutionResult result;
  result.id = run.ids[index];
  result.status = ExecutionStatus::cancelled;
  result.error = why;
  if (cause) result.termination = Termination{*cause, {}, {}};
  result.started_at = result.completed_at = wall_now();
  result.metadata = std::move(run.commands[index].request.metadata);
  Outcome outcome{std::make_shared<const ExecutionResult>(std::move(result)), std::nullopt};
  run.results[index] = outcome.result;
  ++run.finished;
  publish(run.ids[index], outcome);
}

void EngineCore::progress(const PlanRun& run, const std::string& command) {
  sink_->deliver(ProgressEvent{run.id, run.finished, run.ids.size(), command, wall_now()});
}

void EngineCore::finish_plan_if_done(PlanRun& run) {
  if (run.finished < run.ids.size()) return;
  const Uuid id = run.id;
  const auto waiters = plans_.finish(id, describe_plan(run, system_.now()), system_.now());
  const PlanResultPtr result = plans_.result(id);
  plan_runs_.erase(id);
  for (const auto& waiter : waiters) waiter(result);
  finish_closing_if_idle();
}

void EngineCore::cancel_plan(PlanRun& run, TerminationCause cause, const StopLadder& ladder, const std::string& why) {
  run.cancelled = true;
  for (const std::size_t index : run.schedule.withdraw_all()) settle_unstarted(run, index, why, cause);
  // What has started settles by itself; the last one to do so finishes the plan.
  const Uuid id = run.id;
  const std::vector<Uuid> commands = run.ids;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!plan_runs_.contains(id)) return;
    // The id of one that has its result may be somebody else's by now.
    if (!run.results[i]) terminate(commands[i], cause, ladder, why);
  }
  if (plan_runs_.contains(id)) finish_plan_if_done(run);
}

std::optional<EngineCore::PlanPlace> EngineCore::place_of_unstarted(const Uuid& id) const {
  const auto found = plan_of_.find(id);
  if (found == plan_of_.end() || store_.status(id) != ExecutionStatus::pending) return std::nullopt;
  return found->second;
}

bool EngineCore::cancel_unstarted_command(const Uuid& id) {
  const auto place = place_of_unstarted(id);
  if (!place) return false;
  PlanRun& run = *plan_runs_.at(place->plan);
  const std::size_t index = place->index;
  const std::string command = display(run.commands[index].request.command);
  const auto dropped = run.schedule.withdraw(index);
  settle_unstarted(run, index, "cancelled before it started", TerminationCause::cancel);
  drop(run, dropped, ExecutionStatus::cancelled);
  progress(run, command);
  advance(run);
  finish_plan_if_done(run);
  return true;
}

void EngineCore::wait_plan(const Uuid& id, Callback<PlanResultPtr> answer) {
  if (auto result = plans_.result(id)) return answer(std::move(result));
  if (!plans_.contains(id)) return answer(unknown_plan(id));
  plans_.add_waiter(id, [answer = std::move(answer)](const PlanResultPtr& result) { answer(result); });
}

void EngineCore::plan_result(const Uuid& id, const Callback<PlanResultPtr>& answer) const {
  if (auto result = plans_.result(id)) return answer(std::move(result));
  if (!plans_.contains(id)) return answer(unknown_plan(id));
  answer(not_finished(id));
}

}  // namespace cloudops
