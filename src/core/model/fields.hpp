#pragma once

#include "core/model/line_event.hpp"
#include "core/model/plan.hpp"
#include "core/model/result.hpp"
#include "core/model/result_text.hpp"

#include <string>
#include <string_view>

/// The names and the order of the fields that users see, in one place for all who show them: the JSON codec, the
/// binding to JavaScript. Each visit_fields calls `visit(name, value)` once per field. A value is one of
///   bool, std::int32_t, std::uint64_t, double, std::string_view
///   NameValues                     an object of strings
///   std::optional<T>               T, or null
///   std::vector<T>                 an array of T
///   a type that HasFields          an object
/// and lives only for the call. Fields that an object may lack are not visited when they are absent.
namespace cloudops {

/// A result together with its text: what a nested `result` field holds.
struct ResultView {
  const ExecutionResult& result;
  const ResultText& text;
};

template <class Visitor>
void visit_fields(const SentSignal& sent, Visitor&& visit) {
  visit("signal", std::string_view(sent.signal));
  visit("at_ms", sent.at_ms);
}

template <class Visitor>
void visit_fields(const Termination& termination, Visitor&& visit) {
  visit("cause", to_string(termination.cause));
  visit("signals", termination.signals);
  visit("survivors", termination.survivors);
}

template <class Visitor>
void visit_fields(const ResourceUsage& usage, Visitor&& visit) {
  visit("user_cpu_ms", usage.user_cpu_ms);
  visit("system_cpu_ms", usage.system_cpu_ms);
  visit("max_rss_bytes", usage.max_rss_bytes);
}

/// An echo: what the caller left out stays out.
template <class Visitor>
void visit_fields(const ExecutionMetadata& metadata, Visitor&& visit) {
  if (metadata.source) visit("source", *metadata.source);
  if (metadata.conversation_id) visit("conversation_id", *metadata.conversation_id);
  if (metadata.tags) visit("tags", *metadata.tags);
}

template <class Visitor>
void visit_fields(const ExecutionResult& result, const ResultText& text, Visitor&& visit) {
  visit("id", std::string_view(to_string(result.id)));
  visit("status", to_string(result.status));
  visit("success", result.success());
  visit("exit_code", result.exit_code);
  visit("signal", result.signal);
  visit("stdout", text.stdout_text);
  visit("stderr", text.stderr_text);
  visit("output_lossy", text.lossy);
  visit("stdout_bytes", result.out.written);
  visit("stderr_bytes", result.err.written);
  visit("output_truncated", result.output_truncated);
  visit("output_incomplete", result.output_incomplete);
  visit("stdout_overflow_file", result.out.overflow_file);
  visit("stderr_overflow_file", result.err.overflow_file);
  visit("duration", std::string_view(to_humantime(result.duration)));
  visit("duration_ms", to_fractional_ms(result.duration));
  visit("started_at", std::string_view(to_rfc3339(result.started_at)));
  visit("completed_at", std::string_view(to_rfc3339(result.completed_at)));
  visit("log_path", result.log_path);
  visit("error", result.error);
  visit("termination", result.termination);
  visit("resource_usage", result.resource_usage);
  visit("metadata", result.metadata);
}

template <class Visitor>
void visit_fields(const ResultView& view, Visitor&& visit) {
  visit_fields(view.result, view.text, visit);
}

template <class Visitor>
void visit_fields(const ExecutionSummary& summary, Visitor&& visit) {
  visit("id", std::string_view(to_string(summary.id)));
  visit("status", to_string(summary.status));
  visit("started_at", std::string_view(to_rfc3339(summary.started_at)));
  std::optional<std::string> duration;
  if (summary.duration) duration = to_humantime(*summary.duration);
  visit("duration", duration);
  visit("command", std::string_view(summary.command));
  visit("metadata", summary.metadata);
}

template <class Visitor>
void visit_fields(const ExecutionStats& stats, Visitor&& visit) {
  visit("total", stats.total);
  visit("completed", stats.completed);
  visit("failed", stats.failed);
  visit("cancelled", stats.cancelled);
  visit("timeout", stats.timeout);
  visit("running", stats.running);
  visit("pending", stats.pending);
}

template <class Visitor>
void visit_fields(const ConcurrencyMetrics& metrics, Visitor&& visit) {
  visit("max_concurrent", metrics.max_concurrent);
  visit("currently_running", metrics.currently_running);
  visit("currently_pending", metrics.currently_pending);
  visit("available_slots", metrics.available_slots);
}

template <class Visitor>
void visit_fields(const PlanStats& stats, Visitor&& visit) {
  visit("total", stats.total);
  visit("completed", stats.completed);
  visit("failed", stats.failed);
  visit("cancelled", stats.cancelled);
  visit("timeout", stats.timeout);
}

/// `visit_results(name, results)` is called in place of `visit` for the results: they need a text each, which only
/// the visitor's owner can make (one at a time, so that not all of them are in memory at once).
template <class Visitor, class ResultsVisitor>
void visit_fields(const PlanExecutionResult& plan, ResultsVisitor&& visit_results, Visitor&& visit) {
  visit("plan_id", std::string_view(to_string(plan.plan_id)));
  visit("status", to_string(plan.status));
  visit_results("results", plan.results);
  visit("total_duration", std::string_view(to_humantime(plan.total_duration)));
  visit("total_duration_ms", to_fractional_ms(plan.total_duration));
  visit("stats", plan.stats);
}

/// As `ExecutionError` carries it. `errno` is the system's name, "ENOENT".
template <class Visitor>
void visit_fields(const Error& error, Visitor&& visit) {
  visit("code", to_string(error.code));
  visit("message", std::string_view(error.message));
  if (error.execution_id) visit("execution_id", std::string_view(to_string(*error.execution_id)));
  if (error.kind) {
    visit("kind", to_string(*error.kind));
    visit("field", std::string_view(error.field));
  }
  if (!error.errno_name.empty()) visit("errno", std::string_view(error.errno_name));
}

template <class Visitor>
void visit_fields(const StartedEvent& event, Visitor&& visit) {
  visit("event_type", std::string_view("started"));
  visit("execution_id", std::string_view(to_string(event.execution_id)));
  visit("command", std::string_view(event.command));
  visit("timestamp", std::string_view(to_rfc3339(event.timestamp)));
}

template <class Visitor>
void visit_fields(const LineEvent& event, Visitor&& visit) {
  visit("event_type", std::string_view(to_string(event.stream)));
  visit("execution_id", std::string_view(to_string(event.execution_id)));
  visit("line", std::string_view(event.line));
  visit("timestamp", std::string_view(to_rfc3339(event.timestamp)));
  visit("seq", event.seq);
  if (event.partial) visit("partial", true);
}

/// `text` is that of event.result.
template <class Visitor>
void visit_fields(const FinishedEvent& event, const ResultText& text, Visitor&& visit) {
  const ExecutionResult& result = *event.result;
  visit("event_type", to_string(result.status));
  visit("execution_id", std::string_view(to_string(result.id)));
  // The order of the Rust engine's events, which is not the same for all of them.
  if (result.status == ExecutionStatus::completed) visit("result", ResultView{result, text});
  if (result.status == ExecutionStatus::failed) visit("error", std::string_view(result.error.value_or(std::string())));
  visit("timestamp", std::string_view(to_rfc3339(event.timestamp)));
  if (result.status != ExecutionStatus::completed) visit("result", ResultView{result, text});
}

template <class Visitor>
void visit_fields(const ProgressEvent& event, Visitor&& visit) {
  visit("event_type", std::string_view("progress"));
  visit("plan_id", std::string_view(to_string(event.plan_id)));
  visit("completed", event.completed);
  visit("total", event.total);
  visit("current_command", event.current_command);
  visit("timestamp", std::string_view(to_rfc3339(event.timestamp)));
}

/// Accepts every field and does nothing with it.
struct FieldIgnorer {
  template <class T>
  void operator()(std::string_view, const T&) const {}
};

/// A type that is shown as an object.
template <class T>
concept HasFields = requires(const T& value) {
  visit_fields(value, FieldIgnorer{});
};

}  // namespace cloudops
