#include "core/codec/json_writer.hpp"

#include <catch2/catch.hpp>

using namespace cloudops;

namespace {

const Uuid id = *parse_uuid("123e4567-e89b-12d3-a456-426614174000");
const std::string id_text = "123e4567-e89b-12d3-a456-426614174000";
const WallTime epoch{};
const ResultText no_text;

ExecutionResult full_result() {
  ExecutionResult result;
  result.id = id;
  result.status = ExecutionStatus::timeout;
  result.signal = "SIGKILL";
  result.out.written = 5;
  result.err.written = 6;
  result.output_truncated = true;
  result.output_incomplete = true;
  result.out.overflow_file = "/o";
  result.err.overflow_file = "/e";
  result.duration = std::chrono::microseconds(2'500'125);
  result.completed_at = epoch + std::chrono::milliseconds(1500);
  result.log_path = "/l";
  result.error = "It took too long.";
  result.termination = Termination{TerminationCause::timeout, {{"SIGTERM", 2000}, {"SIGKILL", 2500}}, {42, 43}};
  result.resource_usage = ResourceUsage{1.5, 2, 4096};
  result.metadata = ExecutionMetadata{"ui", "c1", NameValues{{"k", "v"}, {"a", "b"}}};
  return result;
}

std::string event_of(ExecutionStatus status, std::int32_t exit_code) {
  auto result = std::make_shared<ExecutionResult>();
  result->id = id;
  result->status = status;
  result->exit_code = exit_code;
  if (status == ExecutionStatus::failed) result->error = "exited with code 3";
  return to_json_text(FinishedEvent{result, epoch}, no_text);
}

}  // namespace

TEST_CASE("a result has the contract's fields in the contract's order", "[codec]") {
  CHECK(to_json_text(full_result(), ResultText{StreamText("out\n"), StreamText("é\"\x01"), true}) ==
        R"({"id":")" + id_text +
            R"(","status":"timeout","success":false,"exit_code":-1,"signal":"SIGKILL","stdout":"out\n",)"
            R"("stderr":"é\"\u0001","output_lossy":true,"stdout_bytes":5,"stderr_bytes":6,"output_truncated":true,)"
            R"("output_incomplete":true,"stdout_overflow_file":"/o","stderr_overflow_file":"/e",)"
            R"("duration":"2s 500ms","duration_ms":2500.125,"started_at":"1970-01-01T00:00:00.000Z",)"
            R"("completed_at":"1970-01-01T00:00:01.500Z","log_path":"/l","error":"It took too long.",)"
            R"("termination":{"cause":"timeout","signals":[{"signal":"SIGTERM","at_ms":2000},)"
            R"({"signal":"SIGKILL","at_ms":2500}],"survivors":[42,43]},)"
            R"("resource_usage":{"user_cpu_ms":1.5,"system_cpu_ms":2,"max_rss_bytes":4096},)"
            R"("metadata":{"source":"ui","conversation_id":"c1","tags":{"k":"v","a":"b"}}})");
}

TEST_CASE("what a result does not have is null", "[codec]") {
  ExecutionResult result;
  result.id = id;
  result.status = ExecutionStatus::completed;
  result.exit_code = 0;
  CHECK(to_json_text(result, no_text) ==
        R"({"id":")" + id_text +
            R"(","status":"completed","success":true,"exit_code":0,"signal":null,"stdout":"","stderr":"",)"
            R"("output_lossy":false,"stdout_bytes":0,"stderr_bytes":0,"output_truncated":false,)"
            R"("output_incomplete":false,"stdout_overflow_file":null,"stderr_overflow_file":null,"duration":"0s",)"
            R"("duration_ms":0,"started_at":"1970-01-01T00:00:00.000Z","completed_at":"1970-01-01T00:00:00.000Z",)"
            R"("log_path":null,"error":null,"termination":null,"resource_usage":null,"metadata":null})");
}

TEST_CASE("metadata is echoed: what was left out stays out", "[codec]") {
  ExecutionSummary summary;
  summary.id = id;
  summary.command = "ls";
  summary.metadata = ExecutionMetadata{{}, {}, NameValues{}};
  CHECK(to_json_text(summary) == R"({"id":")" + id_text +
                                     R"(","status":"pending","started_at":"1970-01-01T00:00:00.000Z","duration":null,)"
                                     R"("command":"ls","metadata":{"tags":{}}})");
  summary.duration = std::chrono::milliseconds(61'000);
  summary.metadata.reset();
  CHECK(to_json_text(std::vector{summary}) ==
        R"([{"id":")" + id_text +
            R"(","status":"pending","started_at":"1970-01-01T00:00:00.000Z","duration":"1m 1s",)"
            R"("command":"ls","metadata":null}])");
}

TEST_CASE("stats and metrics", "[codec]") {
  CHECK(to_json_text(ExecutionStats{7, 1, 2, 3, 4, 5, 6}) ==
        R"({"total":7,"completed":1,"failed":2,"cancelled":3,"timeout":4,"running":5,"pending":6})");
  CHECK(to_json_text(ConcurrencyMetrics{4, 3, 2, 1}) ==
        R"({"max_concurrent":4,"currently_running":3,"currently_pending":2,"available_slots":1})");
}

TEST_CASE("a plan result holds its results in order", "[codec]") {
  PlanExecutionResult plan;
  plan.plan_id = id;
  plan.status = ExecutionStatus::failed;
  plan.total_duration = std::chrono::milliseconds(1500);
  plan.stats = {2, 1, 1, 0, 0};
  for (int exit_code : {0, 3}) {
    auto result = std::make_shared<ExecutionResult>();
    result->exit_code = exit_code;
    plan.results.push_back(result);
  }
  const auto text_of = [](const ExecutionResult& result) {
    return ResultText{StreamText("text " + std::to_string(result.exit_code)), StreamText(), false};
  };
  const std::string first = to_json_text(*plan.results[0], text_of(*plan.results[0]));
  const std::string second = to_json_text(*plan.results[1], text_of(*plan.results[1]));
  CHECK_THAT(second, Catch::Matchers::Contains("text 3"));
  CHECK(to_json_text(plan, text_of) ==
        R"({"plan_id":")" + id_text + R"(","status":"failed","results":[)" + first + "," + second +
            R"(],"total_duration":"1s 500ms","total_duration_ms":1500,)"
            R"("stats":{"total":2,"completed":1,"failed":1,"cancelled":0,"timeout":0}})");
}

TEST_CASE("started, line and progress events", "[codec]") {
  CHECK(to_json_text(StartedEvent{id, "ls -l", epoch}) ==
        R"({"event_type":"started","execution_id":")" + id_text +
            R"(","command":"ls -l","timestamp":"1970-01-01T00:00:00.000Z"})");
  LineEvent line{id, OutputStream::err, "text", epoch, 7, false};
  CHECK(to_json_text(line) == R"({"event_type":"stderr","execution_id":")" + id_text +
                                  R"(","line":"text","timestamp":"1970-01-01T00:00:00.000Z","seq":7})");
  line.partial = true;
  line.stream = OutputStream::out;
  CHECK(to_json_text(line) == R"({"event_type":"stdout","execution_id":")" + id_text +
                                  R"(","line":"text","timestamp":"1970-01-01T00:00:00.000Z","seq":7,"partial":true})");
  CHECK(to_json_text(ProgressEvent{id, 1, 3, std::nullopt, epoch}) ==
        R"({"event_type":"progress","plan_id":")" + id_text +
            R"(","completed":1,"total":3,"current_command":null,"timestamp":"1970-01-01T00:00:00.000Z"})");
}

TEST_CASE("a terminal event's type is the status, its fields those of its type", "[codec]") {
  const std::string start = R"(","execution_id":")" + id_text + R"(",)";
  const std::string time = R"("timestamp":"1970-01-01T00:00:00.000Z")";
  const std::string result = R"("result":{"id":")" + id_text;
  using Catch::Matchers::StartsWith;
  CHECK_THAT(event_of(ExecutionStatus::completed, 0), StartsWith(R"({"event_type":"completed)" + start + result));
  CHECK_THAT(event_of(ExecutionStatus::completed, 0), Catch::Matchers::EndsWith("}," + time + "}"));
  CHECK_THAT(event_of(ExecutionStatus::failed, 3),
             StartsWith(R"({"event_type":"failed)" + start + R"("error":"exited with code 3",)" + time + "," + result));
  CHECK_THAT(event_of(ExecutionStatus::timeout, -1),
             StartsWith(R"({"event_type":"timeout)" + start + time + "," + result));
  CHECK_THAT(event_of(ExecutionStatus::cancelled, -1),
             StartsWith(R"({"event_type":"cancelled)" + start + time + "," + result));
}

TEST_CASE("an error shows only what it has", "[codec]") {
  CHECK(to_json_text(validation_error(ValidationKind::wrong_type, "", "The request must be an object.")) ==
        R"({"code":"VALIDATION","message":"The request must be an object.","kind":"WRONG_TYPE","field":""})");
  Error error;
  error.code = ErrorCode::spawn_failed;
  error.message = "m";
  error.execution_id = id;
  error.errno_name = "ENOENT";
  CHECK(to_json_text(error) ==
        R"({"code":"SPAWN_FAILED","message":"m","execution_id":")" + id_text + R"(","errno":"ENOENT"})");
}

TEST_CASE("bytes that are not UTF-8 are replaced", "[codec]") {
  CHECK_THAT(to_json_text(StartedEvent{id, "a\xff", epoch}), Catch::Matchers::Contains("\"a\xEF\xBF\xBD\""));
}
