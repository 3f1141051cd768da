// Untrusted JSON into the parsers of requests, plans and configurations: each answers with a value or with a validation
// error that says something, and a request that was accepted survives being written and read again.

#include "core/codec/json_reader.hpp"
#include "core/codec/request_json.hpp"
#include "core/validate/parse_config.hpp"
#include "core/validate/parse_plan.hpp"
#include "core/validate/parse_request.hpp"
#include "fuzz.hpp"

#include <string>

using namespace cloudops;
using namespace cloudops::fuzz;

namespace {

template <class Parsed>
void check_refusal(const Parsed& parsed) {
  if (parsed.has_value()) return;
  const Error& error = parsed.error();
  require(error.code == ErrorCode::validation, "a refusal is a validation error");
  require(error.kind.has_value(), "a refusal has a kind");
  require(error.message.size() > 10, "a refusal says something");
}

void check_round_trip(const ExecutionRequest& request) {
  const auto written = request_to_json(request);
  // Bytes of stdin that are no text: JSON cannot say them.
  if (!written) return;
  const auto read = value_from_json(*written);
  require(read.has_value(), "what was written is JSON");
  const auto again = parse_request(*read, Config());
  require(again.has_value(), "a canonical request is accepted");
  require(*request_to_json(*again) == *written, "a canonical request stays what it is");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = value_from_json(text_of(data, size));
  if (!value) {
    require(value.error().code == ErrorCode::serialization, "what is no JSON is a serialization error");
    return 0;
  }
  const Config config;
  const auto request = parse_request(*value, config);
  check_refusal(request);
  if (request) check_round_trip(*request);
  check_refusal(parse_plan(*value, config));
  check_refusal(parse_config(*value, "/default"));
  return 0;
}
