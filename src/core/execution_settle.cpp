#include "core/execution.hpp"
#include "core/os/signal_name.hpp"
#include "core/runtime.hpp"

#include <utility>

namespace cloudops {
namespace {

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1000.0 + static_cast<double>(time.tv_usec) / 1000.0;
}

ResourceUsage usage_of(const struct rusage& usage, const MemoryProbe& memory) {
  return {milliseconds(usage.ru_utime), milliseconds(usage.ru_stime), memory.peak_bytes(usage)};
}

}  // namespace

void Execution::settle() {
  // Not before: until then its number tells who is in its process group.
  if (child_ && settlement_.has_exited()) exit_ = child_->reap();
  ExecutionResult result = describe_end();
  std::optional<Error> error;
  if (settlement_.cause() == TerminationCause::output_limit) {
    error.emplace();
    error->code = ErrorCode::output_size_exceeded;
    error->message = *result.error;
    error->execution_id = accepted_.id;
  }
  finish(std::move(result), std::move(error));
}

void Execution::settle_failed_start(const LaunchFailure& failure) {
  Error error;
  error.code = ErrorCode::spawn_failed;
  error.message =
      "could not start '" + accepted_.launch.executable + "': " + errno_sentence(failure.error) + " at " + failure.step;
  error.execution_id = accepted_.id;
  error.errno_name = errno_name(failure.error);
  ExecutionResult result;
  result.status = ExecutionStatus::failed;
  result.error = error.message;
  finish(std::move(result), std::move(error));
}

ExecutionResult Execution::describe_end() {
  ExecutionResult result;
  if (exit_) describe_exit(result);
  if (const auto cause = settlement_.cause()) {
    switch (*cause) {
      case TerminationCause::timeout: result.status = ExecutionStatus::timeout; break;
      case TerminationCause::output_limit: result.status = ExecutionStatus::failed; break;
      case TerminationCause::cancel:
      case TerminationCause::shutdown: result.status = ExecutionStatus::cancelled; break;
    }
    result.error = describe_cause(*cause);
    result.termination = Termination{*cause, std::move(signals_), std::move(survivors_)};
  } else if (pipe_error_ != 0) {
    result.status = ExecutionStatus::failed;
    result.error = "its output could not be read: " + errno_sentence(pipe_error_);
  } else if (stdin_error_ != 0) {
    result.status = ExecutionStatus::failed;
    result.error = "its stdin could not be written: " + errno_sentence(stdin_error_);
  }
  result.output_incomplete = settlement_.output_incomplete();
  return result;
}

void Execution::describe_exit(ExecutionResult& result) const {
  if (const auto* exited = std::get_if<Exited>(&exit_->state)) {
    result.exit_code = exited->code;
    result.status = exited->code == 0 ? ExecutionStatus::completed : ExecutionStatus::failed;
    if (exited->code != 0) result.error = "exited with code " + std::to_string(exited->code);
  } else if (const auto* signalled = std::get_if<Signalled>(&exit_->state)) {
    result.signal = signal_name(signalled->signal);
    result.error = "ended by " + *result.signal;
  } else {
    result.error = "how it ended is not known: another part of this process collected its exit status";
    return;
  }
  result.resource_usage = usage_of(exit_->usage, memory_);
}

std::string Execution::describe_cause(TerminationCause cause) const {
  if (!was_run() && !if_not_run_.empty()) return if_not_run_;
  switch (cause) {
    case TerminationCause::timeout: {
      const std::string after = " within " + std::to_string(accepted_.timeout.count()) + " ms";
      if (!last_failure_) return "did not end" + after;
      return "could not be started" + after + ": " + errno_sentence(last_failure_->error) + " at " +
             last_failure_->step;
    }
    case TerminationCause::cancel: return was_run() ? "cancelled" : "cancelled before it started";
    case TerminationCause::shutdown:
      return was_run() ? "cancelled: the engine was closed" : "cancelled before it started: the engine was closed";
    case TerminationCause::output_limit:
      return "wrote more than max_output_size_bytes (" + std::to_string(context_.config.max_output_size_bytes) +
             " bytes)";
  }
  return "cancelled";
}

void Execution::finish(ExecutionResult result, std::optional<Error> error) {
  settled_ = true;
  deadline_.cancel();
  retry_.cancel();
  context_.short_of_something.remove(this);
  drain_.cancel();
  quiet_.cancel();
  watch_memory_no_more();
  context_.terminator.forget(*this);
  stdout_.close();
  stderr_.close();
  if (stdin_) stdin_->abandon(was_run() ? EPIPE : StdinFeed::never_started);
  // What a command that ended by itself left behind is left alone, also when the host dies.
  unguard();

  result.id = accepted_.id;
  result.completed_at = wall_now();
  result.started_at = started_at_.value_or(result.completed_at);
  if (started_at_)
    result.duration = std::chrono::duration_cast<std::chrono::microseconds>(context_.system.now() - started_);
  result.metadata = std::move(accepted_.request.metadata);
  ending_ = {std::move(result), std::move(error)};
  for (const auto stream : by_last_byte()) output_.ended(stream);
  output_.close([this] { tell(); });
  wait_for_disk();
}

void Execution::wait_for_disk() {
  if (!ending_) return;
  disk_.start(patience_for_disk_, [this, before = context_.file_writer->jobs_done()] {
    // One that is slow and does not stand still is waited for.
    const bool moves = context_.file_writer->jobs_done() != before;
    if (moves && patience_for_disk_ == longest_wait_for_disk) return wait_for_disk();
    output_.give_up_files("the disk did not take it in time");
  });
}

void Execution::tell() {
  disk_.cancel();
  Ending ending = *std::exchange(ending_, std::nullopt);
  output_.describe(ending.result);
  // Who waits to read the log: all that it will hold is in it.
  output_.give_up_files({});
  owner_.settled(*this,
                 Outcome{std::make_shared<const ExecutionResult>(std::move(ending.result)), std::move(ending.error)});
}

}  // namespace cloudops
