#pragma once

#include "core/engine.hpp"
#include "core/execution.hpp"
#include "core/log_index.hpp"
#include "core/runtime.hpp"
#include "core/schedule/admission.hpp"
#include "core/store/execution_store.hpp"


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
  void submit(const Value& raw, const Environment& environment, SubmitTicket* ticket,
              const Callback<Uuid>& answer);
  void resume_reading(const Uuid& id);

  // engine_control.cpp
  void cancel(const Uuid& id, const Callback<std::monostate>& answer);
  void write_stdin(const Uuid& id, std::string data, Callback<std::monostate> answer);
  void close_stdin(const Uuid& id, Callback<std::monostate> answer);
  void close(const CloseOptions& options, Callback<std::monostate> answer);
  /// SIGKILL to everything, now.
  void shut_down();

  // engine_query.cpp
  void wait(const Uuid& id, Callback<Outcome> answer);
  void status(const Uuid& id, const Callback<ExecutionStatus>& answer) const;
  void result(const Uuid& id, const Callback<ResultPtr>& answer) const;
  void list(const Callback<std::vector<ExecutionSummary>>& answer) const { answer(store_.list()); }
  void stats(const Callback<ExecutionStats>& answer) const { answer(store_.stats()); }
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
  };
  using ActiveExecutions = std::unordered_map<Uuid, Active, UuidHash>;

  Expected<AcceptedRequest> validate(const Value& raw, const Environment& environment);
  std::optional<Error> admit(const AcceptedRequest& accepted, Admission::Decision& decision);
  void start(const Uuid& id);
  void hand_on_slot();
  void prepare_machine();

  void settled(Execution& execution, Outcome outcome) override;
  void keep_until_reaped(std::unique_ptr<ChildProcess> child) override;
  void forget_log(const Uuid& id) { logs_.remove(id); }

  Expected<StdinFeed*> stdin_of(const Uuid& id);
  void terminate_all(TerminationCause cause, const StopLadder& ladder);
  void finish_closing_if_idle();
  void clean_up_slice(std::size_t gone, Callback<std::size_t> answer);

  const Config& config_;
  std::shared_ptr<EventSink> sink_;
  Runtime& runtime_;
  System& system_;

  Admission admission_;
  ExecutionStore store_;
  LogIndex logs_;

  ProcessTrees trees_;
  Terminator terminator_;
  std::unique_ptr<Guard> guard_;
  UniqueFd dev_null_;
  bool machine_prepared_ = false;
  ExecutionContext context_;
  std::vector<std::unique_ptr<ChildProcess>> unreaped_;

  Timer cleanup_task_;
  Timer close_deadline_;
  bool closing_ = false;
  bool closed_ = false;
  std::vector<Callback<std::monostate>> close_answers_;

  ActiveExecutions active_;  // last: executions use all of the above until they are gone
};

/// The Error of a code, with the execution it is about.
Error engine_error(ErrorCode code, std::string message, const std::optional<Uuid>& id = std::nullopt);

}  // namespace cloudops
