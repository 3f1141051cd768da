#include "core/codec/json_writer.hpp"

#include "core/codec/json_fields.hpp"

namespace cloudops {
namespace {

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string to_json_text(const ExecutionResult& result, const ResultText& text) {
  return dumped(json_of(ResultView{result, text}));
}

std::string to_json_text(const PlanExecutionResult& plan, const TextOf& text_of) {
  Json object = Json::object();
  const auto add_results = [&](std::string_view name, const std::vector<ResultPtr>& results) {
    Json array = Json::array();
    for (const auto& result : results) array.push_back(json_of(ResultView{*result, text_of(*result)}));
    add_member(object, name, std::move(array));
  };
  visit_fields(plan, add_results, JsonFields(object));
  return dumped(object);
}

std::string to_json_text(const FinishedEvent& event, const ResultText& text) {
  Json object = Json::object();
  visit_fields(event, text, JsonFields(object));
  return dumped(object);
}

std::string to_json_text(const ExecutionSummary& summary) { return dumped(json_of(summary)); }
std::string to_json_text(const std::vector<ExecutionSummary>& summaries) { return dumped(json_of(summaries)); }
std::string to_json_text(const ExecutionStats& stats) { return dumped(json_of(stats)); }
std::string to_json_text(const ConcurrencyMetrics& metrics) { return dumped(json_of(metrics)); }
std::string to_json_text(const Error& error) { return dumped(json_of(error)); }
std::string to_json_text(const StartedEvent& event) { return dumped(json_of(event)); }
std::string to_json_text(const LineEvent& event) { return dumped(json_of(event)); }
std::string to_json_text(const ProgressEvent& event) { return dumped(json_of(event)); }

}  // namespace cloudops
