#pragma once

#include "core/engine.hpp"
#include "core/engine_errors.hpp"
#include "core/engine_machine.hpp"
#include "core/log_index.hpp"
#include "core/plan_run.hpp"
#include "core/schedule/admission.hpp"
#include "core/store/execution_store.hpp"
#include "core/store/plan_store.hpp"
#include "core/validate/resolve_launch.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace cloudops {

/// Everything an engine owns on its thread, and what it does with a request: validate, admit, run, record, report.
///
/// Constructed by the owner before any work is posted. From then on engine thread only; once that thread has ended, one
/// caller at a time (Runtime::post sees to it).
class EngineCore final : public ExecutionOwner {
 public:
  template <class T>
  using Callback = Engine::Callback<T>;

  EngineCore(const Config& config, std::shared_ptr<EventSink> sink, Runtime& runtime, System& system);
  ~EngineCore() override;

  // engine_core.cpp
  void submit(const Value& raw, const Environment& environment, SubmitTicket* ticket, const Callback<Uuid>& answer);
  void resume_reading(const Uuid& id) override;

  // engine_plans.cpp
  void submit_plan(const Value& raw, const Environment& environment, SubmitTicket* ticket,
                   const Callback<Uuid>& answer);
  void wait_plan(const Uuid& id, Callback<PlanResultPtr> answer);
  void plan_result(const Uuid& id, const Callback<PlanResultPtr>& answer) const;

  // engine_control.cpp
  void cancel(const Uuid& id, const Callback<std::monostate>& answer);
  void write_stdin(const Uuid& id, std::string data, Callback<std::monostate> answer);
  void close_stdin(const Uuid& id, Callback<std::monostate> answer);
  void close(const CloseOptions& options, Callback<std::monostate> answer);
  /// SIGKILL to everything, now.
  void shut_down();
  /// Owner, after the engine thread has ended: gives back all but what is recorded.
  void release_machine() { machine_.reset(); }

  // engine_query.cpp
  void wait(const Uuid& id, Callback<Outcome> answer);
  void status(const Uuid& id, const Callback<ExecutionStatus>& answer) const;
  void result(const Uuid& id, const Callback<ResultPtr>& answer) const;
  void list(const Callback<std::vector<ExecutionSummary>>& answer) const { answer(store_.list()); }
  void stats(const Callback<ExecutionStats>& answer) const;
  void concurrency(const Callback<ConcurrencyMetrics>& answer) const;
  void output(const Uuid& id, OutputStream stream, const Callback<std::string>& answer) const;
  void log_file(const Uuid& id, const Callback<std::string>& answer);
  const LogIndex& logs() const { return logs_; }

  // engine_cleanup.cpp
  void remove(const Uuid& id, const Callback<std::monostate>& answer);
  void clean_up(Callback<std::size_t> answer);
  void start_cleanup_task();
  void stop_cleanup_task();

 private:
  struct Active {
    std::unique_ptr<Execution> execution;
    /// It was given one of the engine's slots.
    bool has_slot = false;
    /// Its start is posted.
    bool start_due = false;
  };
  using ActiveExecutions = std::unordered_map<Uuid, Active, UuidHash>;

  /// Where in which plan an execution is.
  struct PlanPlace {
    Uuid plan{};
    std::size_t index = 0;
  };

  Expected<AcceptedRequest> validate(const Value& raw, const Environment& environment);
  Expected<AcceptedRequest> accept(ExecutionRequest request, LaunchResolver& resolver,
                                   const std::string& path_prefix) const;
  std::optional<Error> refuse_known(const Uuid& id, const std::string& field) const;
  std::optional<Error> admit(const AcceptedRequest& accepted, Admission::Decision& decision);
  void record(const AcceptedRequest& accepted, WallTime accepted_at);
  void start(const Uuid& id);
  void post_start(const Uuid& id);
  /// What has ended may have left what another one waits for.
  void post_retry();
  void hand_on_slot();
  /// After the number of running executions has changed.
  void look_for_crowd();

  void settled(Execution& execution, Outcome outcome) override;
  void keep_until_reaped(std::unique_ptr<ChildProcess> child) override;
  /// Records the end of an execution, then tells everybody: the terminal event first, the waiters after it.
  void publish(const Uuid& id, const Outcome& outcome);
  /// What the store no longer knows.
  void forget(const Uuid& id);
  /// Its commands are executions like any other from now on.
  void forget_plan(const PlanExecutionResult& plan);
  void drop_outputs_over_limit();
  /// The result with its output, fetched from its log when it has left memory and the log holds exactly it.
  ResultPtr whole(const Outcome& outcome) const;

  Expected<std::vector<AcceptedRequest>> validate_commands(std::vector<ExecutionRequest> requests,
                                                           const Environment& environment);
  void advance(PlanRun& run);
  void command_finished(PlanPlace place, const std::string& command, ResultPtr result);
  void drop(PlanRun& run, const std::vector<PlanSchedule::Dropped>& dropped, ExecutionStatus status);
  /// `cause`: it was ended, and not only skipped.
  void settle_unstarted(PlanRun& run, std::size_t index, const std::string& why, std::optional<TerminationCause> cause);
  void progress(const PlanRun& run, const std::string& command);
  void finish_plan_if_done(PlanRun& run);
  void cancel_plan(PlanRun& run, TerminationCause cause, const StopLadder& ladder, const std::string& why);
  bool cancel_unstarted_command(const Uuid& id);
  /// Of a command that waits for its turn in a plan. Not of an active execution.
  std::optional<PlanPlace> place_of_unstarted(const Uuid& id) const;

  /// Ends an active execution; without effect on any other. `if_not_run`: as for Execution::terminate.
  void terminate(const Uuid& id, TerminationCause cause, const StopLadder& ladder, const std::string& if_not_run = {});

  Milliseconds grace_period() const { return Milliseconds(config_.kill_grace_period_ms); }
  /// Starts to count the time of a close, unless one that was asked for before is over sooner.
  void end_closing_by(Milliseconds timeout, CloseMode mode);

  Expected<StdinFeed*> stdin_of(const Uuid& id);
  void terminate_all(TerminationCause cause, const StopLadder& ladder);
  void finish_closing_if_idle();
  void clean_up_slice(std::size_t gone, Callback<std::size_t> answer);
  /// Memory goes back after cleanup's answer: freeing takes longer than forgetting.
  void free_slice();

  const Config& config_;
  std::shared_ptr<EventSink> sink_;
  Runtime& runtime_;
  System& system_;

  /// At least 1.
  const std::size_t processors_;
  Admission admission_;
  ExecutionStore store_;
  PlanStore plans_;
  LogIndex logs_;

  std::optional<EngineMachine> machine_;

  bool closing_ = false;
  bool closed_ = false;
  std::vector<Callback<std::monostate>> close_answers_;
  struct ClosingEnds {
    /// What then happens is the harder of the two for `cancel`.
    CloseMode mode;
    SteadyTime at;
  };
  std::optional<ClosingEnds> closing_ends_;

  std::unordered_map<Uuid, std::unique_ptr<PlanRun>, UuidHash> plan_runs_;
  /// The known executions that belong to a plan.
  boost::unordered_flat_map<Uuid, PlanPlace, UuidHash> plan_of_;

  ActiveExecutions active_;  // last: executions use all of the above until they are gone
};

}  // namespace cloudops
