#include "core/engine_core.hpp"

#include "core/os/time_slice.hpp"
#include "core/validate/parse_request.hpp"

#include <utility>

namespace cloudops {

EngineCore::EngineCore(const Config& config, std::shared_ptr<EventSink> sink, Runtime& runtime, System& system)
    : config_(config),
      sink_(std::move(sink)),
      runtime_(runtime),
      system_(system),
      processors_(processors_for_us()),
      admission_(config.max_concurrent_executions, config.concurrency_policy, config.max_queued_executions),
      store_(config),
      plans_(config) {
  machine_.emplace(config_, *sink_, runtime_, system_);
}

EngineCore::~EngineCore() = default;

void EngineCore::submit(const Value& raw, const Environment& environment, SubmitTicket* ticket,
                        const Callback<Uuid>& answer) {
  if (closing_) return answer(engine_closed());
  auto validated = validate(raw, environment);
  if (!validated) return answer(std::move(validated).error());
  AcceptedRequest& accepted = *validated;

  if (ticket != nullptr && !ticket->accept()) return answer(request_withdrawn());
  auto decision = Admission::Decision::start;
  if (auto refused = admit(accepted, decision)) return answer(std::move(*refused));

  const Uuid id = accepted.id;
  record(accepted, wall_now());
  active_.emplace(id, Active{std::make_unique<Execution>(std::move(accepted), machine_->context(), *this)});
  answer(id);
  if (decision == Admission::Decision::start) start(id);
}

Expected<AcceptedRequest> EngineCore::validate(const Value& raw, const Environment& environment) {
  auto request = parse_request(raw, config_);
  if (!request) return std::move(request).error();
  LaunchResolver resolver(environment);
  return accept(std::move(*request), resolver, "");
}

Expected<AcceptedRequest> EngineCore::accept(ExecutionRequest request, LaunchResolver& resolver,
                                             const std::string& path_prefix) const {
  auto launch = resolver.resolve(request, path_prefix);
  if (!launch) return std::move(launch).error();
  AcceptedRequest accepted;
  accepted.id = request.id ? *request.id : make_uuid();
  accepted.timeout = Milliseconds(request.timeout_ms.value_or(config_.default_timeout_ms));
  accepted.launch = std::move(*launch);
  if (std::holds_alternative<StdinPipe>(request.stdin_source))
    accepted.stdin_pipe = std::make_unique<StdinFeed>(runtime_.io(), system_);
  accepted.request = std::move(request);
  return accepted;
}

std::optional<Error> EngineCore::refuse_known(const Uuid& id, const std::string& field) const {
  if (!store_.contains(id) && !plans_.contains(id)) return std::nullopt;
  auto error = validation_error(ValidationKind::duplicate_id, field,
                                field + " " + to_string(id) + " is known to this engine already; an id is used once.");
  error.execution_id = id;
  return error;
}

std::optional<Error> EngineCore::admit(const AcceptedRequest& accepted, Admission::Decision& decision) {
  if (auto known = refuse_known(accepted.id, "id")) return known;
  // One that we made is of no use to the caller, who never got it.
  const auto& given_id = accepted.request.id;
  decision = admission_.request(accepted.id, accepted.request.priority);
  if (decision == Admission::Decision::refuse_no_slot)
    return engine_error(ErrorCode::concurrency_limit_reached,
                        std::to_string(admission_.running()) + " executions run and max_concurrent_executions is " +
                            std::to_string(admission_.slots()),
                        given_id);
  if (decision == Admission::Decision::refuse_queue_full)
    return engine_error(ErrorCode::queue_full,
                        "the queue holds " + std::to_string(admission_.waiting_impatiently()) +
                            " executions already (max_queued_executions)",
                        given_id);
  return std::nullopt;
}

void EngineCore::record(const AcceptedRequest& accepted, WallTime accepted_at) {
  logs_.add(accepted.id, log_path_for(config_, accepted.launch.log_path, accepted.id).value_or(std::string()));
  store_.add(accepted.id, display(accepted.request.command), accepted.request.metadata, accepted_at);
}

void EngineCore::start(const Uuid& id) {
  Active& active = active_.at(id);
  active.has_slot = true;
  runtime_.expect_no_work();
  runtime_.expect_child();
  machine_->prepare();
  look_for_crowd();
  const WallTime now = wall_now();
  store_.mark_running(id, now);
  active.execution->start(now);
}

void EngineCore::settled(Execution& execution, Outcome outcome) {
  const Uuid id = execution.id();
  publish(id, outcome);

  const auto found = active_.find(id);
  const bool had_slot = found->second.has_slot;
  const std::string command = execution.command();
  // Not here: the execution is on the stack, and calls that were due already may still reach it.
  boost::asio::post(runtime_.io(), [gone = std::shared_ptr<Execution>(std::move(found->second.execution))] {});
  active_.erase(found);
  if (had_slot) hand_on_slot();
  if (!machine_->context().short_of_something.empty()) post_retry();

  if (const auto place = plan_of_.find(id); place != plan_of_.end())
    command_finished(place->second, command, outcome.result);
  drop_outputs_over_limit();
  finish_closing_if_idle();
  if (active_.empty() && !closing_ && processors_ > 1) runtime_.expect_work();
}

void EngineCore::publish(const Uuid& id, const Outcome& outcome) {
  if (!outcome.result->log_path) logs_.add(id, std::string());
  const auto waiters = store_.finish(id, outcome, system_.now());
  const EventBatch together(*sink_);
  sink_->deliver(FinishedEvent{outcome.result, wall_now()});
  for (const auto& waiter : waiters) waiter(outcome);
}

void EngineCore::hand_on_slot() {
  if (const auto next = admission_.release())
    post_start(*next);
  else
    look_for_crowd();
}

void EngineCore::look_for_crowd() { runtime_.crowded(admission_.running() > processors_); }

void EngineCore::post_start(const Uuid& id) {
  Active& active = active_.at(id);
  active.has_slot = true;
  active.start_due = true;
  // Posted, so that a long queue of requests that all fail to start does not become as deep a stack.
  boost::asio::post(runtime_.io(), [this, id] {
    // Cancelled meanwhile, it has handed its slot on; another execution may even have taken its id since.
    const auto found = active_.find(id);
    if (found != active_.end() && std::exchange(found->second.start_due, false)) start(id);
  });
}

void EngineCore::post_retry() {
  // Posted as a start is.
  boost::asio::post(runtime_.io(), [this] {
    auto& waiting = machine_->context().short_of_something;
    if (!waiting.empty()) waiting.front()->try_again();
  });
}

void EngineCore::keep_until_reaped(std::unique_ptr<ChildProcess> child) {
  machine_->keep_until_reaped(std::move(child));
}

void EngineCore::resume_reading(const Uuid& id) {
  if (const auto found = active_.find(id); found != active_.end()) found->second.execution->resume_reading();
}

}  // namespace cloudops
