#pragma once

#include "core/event_sink.hpp"
#include "core/model/close_options.hpp"
#include "core/model/config.hpp"
#include "core/model/environment.hpp"
#include "core/model/error.hpp"
#include "core/model/plan.hpp"
#include "core/model/request.hpp"
#include "core/model/result.hpp"
#include "core/model/value.hpp"
#include "core/os/child_signal.hpp"
#include "core/os/system.hpp"
#include "core/submit_ticket.hpp"

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cloudops {

class EngineCore;

/// Starts, streams, limits, times out, cancels and records commands.
///
/// Every method but join() may be called from any thread and returns at once. Answers come through the callback, on the
/// engine thread (after close: on the calling thread, before the call returns); a callback must not block and must not
/// throw (Expected::value() of a refusal throws). An empty callback hears nothing.
///
/// Owns the engine thread; destroying the engine kills what still runs and waits (briefly) until it is gone, except in
/// a callback or handler, where a thread of its own waits instead. Belongs to the process that made it: in a copy made
/// by fork nothing answers, and destroying it leaves the other's alone. So make it after daemon().
///
/// Holds some fifteen descriptors once it has started a command, and up to eight more while one is started.
class Engine {
 public:
  template <class T>
  using Callback = std::function<void(Expected<T>)>;

  /// The sink outlives the engine thread, not necessarily the engine object; without one nobody listens. What comes
  /// from outside is made a Config by parse_config (core/validate/parse_config.hpp). Without a log_dir, the default
  /// here, no logs are written. `system` is for tests.
  ///
  /// Throws std::invalid_argument for a setting out of its range, boost::system::system_error or std::system_error when
  /// there is no descriptor or thread.
  Engine(Config config, std::shared_ptr<EventSink> sink, System& system = real_system(),
         ChildSignals child_signals = ChildSignals::for_the_host);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const Config& config() const;

  /// Answers with the id as soon as the request is accepted (running or queued); otherwise nothing was started.
  /// VALIDATION, CONCURRENCY_LIMIT_REACHED, QUEUE_FULL, ENGINE_CLOSED, IO. A withdrawn request is answered with
  /// INTERNAL. A Value comes from JSON by value_from_json (core/codec/json_reader.hpp).
  void submit(Value request, Environment environment, std::shared_ptr<SubmitTicket> ticket, Callback<Uuid> answer);

  /// Until send_held() what is asked of the engine waits, in order. For whoever submits with a ticket and may withdraw
  /// the request in the next moment: only then is it sure that nothing was accepted meanwhile.
  void hold();
  void send_held();

  /// submit() and wait() in one, for a caller who needs no id: one answer instead of two.
  void run(Value request, Environment environment, Callback<Outcome> answer);

  /// submit() for a plan: all of it is validated before any of it runs. Its commands wait for slots whatever the
  /// policy.
  void submit_plan(Value plan, Environment environment, std::shared_ptr<SubmitTicket> ticket, Callback<Uuid> answer);
  /// Answers once all of the plan's commands have a result. NOT_FOUND.
  void wait_plan(const Uuid& id, Callback<PlanResultPtr> answer);
  /// NOT_FOUND, NOT_FINISHED.
  void plan_result(const Uuid& id, Callback<PlanResultPtr> answer);

  /// Answers once it has finished. NOT_FOUND. That it could not be started is an Outcome too, with an error
  /// (SPAWN_FAILED).
  void wait(const Uuid& id, Callback<Outcome> answer);
  /// Answers when termination has begun. Of a plan it ends what runs and drops what waits. NOT_FOUND, NOT_RUNNING.
  void cancel(const Uuid& id, Callback<std::monostate> answer);

  /// NOT_FOUND.
  void status(const Uuid& id, Callback<ExecutionStatus> answer);
  /// NOT_FOUND, NOT_FINISHED.
  void result(const Uuid& id, Callback<ResultPtr> answer);
  void list(Callback<std::vector<ExecutionSummary>> answer);
  void stats(Callback<ExecutionStats> answer);
  void concurrency(Callback<ConcurrencyMetrics> answer);
  /// The bytes captured of one stream; of a running execution those so far. NOT_FOUND.
  void output(const Uuid& id, OutputStream stream, Callback<std::string> answer);

  /// The path of the execution's log, with all written to it that was read so far. NOT_FOUND, LOG_READ_FAILED (it has
  /// none).
  void log_file(const Uuid& id, Callback<std::string> answer);
  /// The same path at once, from any thread, without the writing.
  Expected<std::string> log_path(const Uuid& id) const;

  /// Answers once the bytes are in the pipe's buffer. NOT_FOUND, NOT_RUNNING, IO (the child closed its stdin),
  /// VALIDATION (stdin of this execution is not a pipe).
  void write_stdin(const Uuid& id, std::string data, Callback<std::monostate> answer);
  /// Answers when what was written before is in the pipe. As write_stdin.
  void close_stdin(const Uuid& id, Callback<std::monostate> answer);

  /// NOT_FOUND, NOT_FINISHED.
  void remove(const Uuid& id, Callback<std::monostate> answer);
  /// Forgets finished executions by age, then by count; answers how many.
  void clean_up(Callback<std::size_t> answer);
  void start_cleanup_task();
  void stop_cleanup_task();

  /// To be called when DeliveryCredit::release said so.
  void resume_reading(const Uuid& id);

  /// Answers when nothing of this engine runs any more and its thread is about to end. From the call on nothing new is
  /// taken (ENGINE_CLOSED); from the answer on, everything but the readers of finished executions is answered so.
  void close(CloseOptions options, Callback<std::monostate> answer);
  /// Waits for the engine thread's end, which follows the answer of close(): for ever, without one. Not on the engine
  /// thread (std::system_error).
  void join();

 private:
  template <class Work>
  void on_engine(Work work);

  void leave_to_the_parent();

  struct Parts;
  std::unique_ptr<Parts> parts_;
  const pid_t made_by_;
};

}  // namespace cloudops
