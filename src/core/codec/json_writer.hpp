#pragma once

#include "core/model/line_event.hpp"
#include "core/model/plan.hpp"
#include "core/model/result_text.hpp"

#include <functional>
#include <string>
#include <vector>

namespace cloudops {

/// Makes the text of a result. The codec cannot: decoding output is the business of stream/.
using TextOf = std::function<ResultText(const ExecutionResult&)>;

/// Each value as one line of JSON, with the names and in the order of core/model/fields.hpp. What is not valid UTF-8 in
/// a name, a path or a message becomes U+FFFD; nothing fails.
std::string to_json_text(const ExecutionResult& result, const ResultText& text);
std::string to_json_text(const PlanExecutionResult& plan, const TextOf& text_of);
std::string to_json_text(const ExecutionSummary& summary);
std::string to_json_text(const std::vector<ExecutionSummary>& summaries);
std::string to_json_text(const ExecutionStats& stats);
std::string to_json_text(const ConcurrencyMetrics& metrics);
std::string to_json_text(const Error& error);
std::string to_json_text(const StartedEvent& event);
std::string to_json_text(const LineEvent& event);
std::string to_json_text(const FinishedEvent& event, const ResultText& text);
std::string to_json_text(const ProgressEvent& event);

}  // namespace cloudops
