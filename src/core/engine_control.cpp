#include "core/engine_core.hpp"
#include "core/validate/parse_config.hpp"

#include <algorithm>
#include <utility>

namespace cloudops {
void EngineCore::cancel(const Uuid& id, const Callback<std::monostate>& answer) {
  if (closed_) return answer(engine_closed(id));
  const auto ladder = graceful_stop(grace_period());
  if (const auto plan = plan_runs_.find(id); plan != plan_runs_.end()) {
    cancel_plan(*plan->second, TerminationCause::cancel, ladder, "not run: the plan was cancelled");
    return answer(std::monostate{});
  }
  if (active_.contains(id)) {
    terminate(id, TerminationCause::cancel, ladder);
    return answer(std::monostate{});
  }
  if (cancel_unstarted_command(id)) return answer(std::monostate{});
  answer(store_.contains(id) || plans_.contains(id) ? already_finished(id) : unknown_execution(id));
}

void EngineCore::terminate(const Uuid& id, TerminationCause cause, const StopLadder& ladder,
                           const std::string& if_not_run) {
  const auto found = active_.find(id);
  if (found == active_.end()) return;
  admission_.withdraw(id);
  found->second.execution->terminate(cause, ladder, if_not_run);
}

void EngineCore::write_stdin(const Uuid& id, std::string data, Callback<std::monostate> answer) {
  auto feed = stdin_of(id);
  if (!feed) return answer(std::move(feed).error());
  if ((*feed)->closing()) return answer(stdin_closed(id));
  (*feed)->write(std::move(data), [id, answer = std::move(answer)](int error) {
    if (error == StdinFeed::never_started) return answer(already_finished(id));
    if (error != 0) return answer(stdin_closed(id));
    answer(std::monostate{});
  });
}

void EngineCore::close_stdin(const Uuid& id, Callback<std::monostate> answer) {
  auto feed = stdin_of(id);
  if (!feed) return answer(std::move(feed).error());
  if ((*feed)->closing()) return answer(std::monostate{});
  (*feed)->close([answer = std::move(answer)](int) { answer(std::monostate{}); });
}

Expected<StdinFeed*> EngineCore::stdin_of(const Uuid& id) {
  if (closed_) return engine_closed(id);
  StdinFeed* feed = nullptr;
  if (const auto found = active_.find(id); found != active_.end())
    feed = found->second.execution->stdin_pipe();
  else if (const auto place = place_of_unstarted(id))
    feed = plan_runs_.at(place->plan)->commands[place->index].stdin_pipe.get();
  else
    return store_.contains(id) ? already_finished(id) : unknown_execution(id);
  if (feed == nullptr) return stdin_not_a_pipe(id);
  return feed;
}

void EngineCore::close(const CloseOptions& options, Callback<std::monostate> answer) {
  if (closed_) return answer(std::monostate{});
  close_answers_.push_back(std::move(answer));
  closing_ = true;
  machine_->cleanup_task().cancel();
  // The deadline first: terminating may be all it takes, and closing then ends the deadline with the rest.
  if (options.timeout)
    end_closing_by(std::clamp(*options.timeout, Milliseconds(0), Milliseconds(max_duration_ms)), options.mode);
  if (options.mode == CloseMode::cancel) terminate_all(TerminationCause::shutdown, graceful_stop(grace_period()));
  finish_closing_if_idle();
}

void EngineCore::end_closing_by(Milliseconds timeout, CloseMode mode) {
  // A second close may only make it faster.
  const SteadyTime at = SteadyTime::clock::now() + timeout;
  if (closing_ends_) {
    const bool kills_already = closing_ends_->mode == CloseMode::cancel && mode == CloseMode::drain;
    if (kills_already || (closing_ends_->mode == mode && closing_ends_->at <= at)) return;
  }
  closing_ends_ = {mode, at};
  machine_->close_deadline().start(timeout, [this, mode] {
    if (mode == CloseMode::cancel) return shut_down();
    terminate_all(TerminationCause::shutdown, graceful_stop(grace_period()));
  });
}

void EngineCore::shut_down() {
  if (closed_) return;
  closing_ = true;
  machine_->cleanup_task().cancel();
  terminate_all(TerminationCause::shutdown, immediate_stop());
  finish_closing_if_idle();
}

void EngineCore::terminate_all(TerminationCause cause, const StopLadder& ladder) {
  std::vector<Uuid> ids;
  for (const auto& [id, run] : plan_runs_) ids.push_back(id);
  for (const auto& id : ids)
    if (const auto found = plan_runs_.find(id); found != plan_runs_.end())
      cancel_plan(*found->second, cause, ladder, "not run: the engine was closed");
  ids.clear();
  for (const auto& [id, active] : active_) ids.push_back(id);
  for (const auto& id : ids) terminate(id, cause, ladder);
}

void EngineCore::finish_closing_if_idle() {
  if (!closing_ || closed_ || !active_.empty() || !plan_runs_.empty()) return;
  closed_ = true;
  machine_->retire();
  for (const auto& answer : std::exchange(close_answers_, {})) answer(std::monostate{});
  runtime_.stop_when_idle();
}

}  // namespace cloudops
