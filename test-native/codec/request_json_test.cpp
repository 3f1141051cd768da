#include "core/codec/request_json.hpp"
#include "core/codec/json_reader.hpp"
#include "core/validate/parse_request.hpp"

#include <catch2/catch.hpp>

using namespace cloudops;

namespace {

/// Writes, reads and writes again: the second text tells every field, so equal texts are equal requests.
ExecutionRequest round_trip(const ExecutionRequest& request) {
  const auto text = request_to_json(request);
  REQUIRE(text.has_value());
  const auto value = value_from_json(*text);
  REQUIRE(value.has_value());
  const auto again = parse_request(*value, Config{});
  if (again.has_error()) FAIL(again.error().message);
  const auto second_text = request_to_json(*again);
  REQUIRE(second_text.has_value());
  CHECK(*second_text == *text);
  return *again;
}

}  // namespace

TEST_CASE("a request with every field survives the way through JSON", "[codec]") {
  ExecutionRequest request;
  request.id = parse_uuid("123e4567-e89b-12d3-a456-426614174000");
  request.command = AwsCliCommand{"s3", "ls", {"--x", "ü\n"}, "prod", "eu-west-1"};
  request.env = {{"A", "1"}, {"weird name", ""}};
  request.inherit_env = false;
  request.working_dir = "/tmp";
  request.timeout_ms = 1234;
  request.output_log_path = "/l";
  request.stdin_source = StdinData{std::string("a\0é", 4)};
  request.priority = -3;
  request.metadata = ExecutionMetadata{"s", "c", NameValues{{"k", "v"}}};

  const ExecutionRequest again = round_trip(request);
  CHECK(again.id == request.id);
  const auto& aws = std::get<AwsCliCommand>(again.command);
  CHECK(aws.service == "s3");
  CHECK(aws.args == std::vector<std::string>{"--x", "ü\n"});
  CHECK(aws.profile == "prod");
  CHECK(aws.region == "eu-west-1");
  CHECK(again.env == request.env);
  CHECK_FALSE(again.inherit_env);
  CHECK(again.working_dir == "/tmp");
  CHECK(again.timeout_ms == 1234u);
  CHECK(again.output_log_path == "/l");
  CHECK(std::get<StdinData>(again.stdin_source).data == std::string("a\0é", 4));
  CHECK(again.priority == -3);
  CHECK(again.metadata->tags == NameValues{{"k", "v"}});
}

TEST_CASE("every kind of command and stdin survives the way through JSON", "[codec]") {
  ExecutionRequest request;
  request.command = ShellCommand{"ls", "zsh"};
  CHECK(std::get<ShellCommand>(round_trip(request).command).shell == "zsh");
  request.command = ExecCommand{"ls", {"", "-l"}};
  CHECK(std::get<ExecCommand>(round_trip(request).command).args == std::vector<std::string>{"", "-l"});
  request.command = ScriptCommand{"s.sh", "dash", {"x"}};
  CHECK(std::get<ScriptCommand>(round_trip(request).command).interpreter == "dash");
  CHECK(std::holds_alternative<StdinEmpty>(round_trip(request).stdin_source));
  request.stdin_source = StdinPipe{};
  CHECK(std::holds_alternative<StdinPipe>(round_trip(request).stdin_source));
  request.stdin_source = StdinFile{"in"};
  CHECK(std::get<StdinFile>(round_trip(request).stdin_source).path == "in");
  request.stdin_source = StdinData{};
  CHECK(std::holds_alternative<StdinData>(round_trip(request).stdin_source));
}

TEST_CASE("bytes that JSON cannot carry are refused, not changed", "[codec]") {
  ExecutionRequest request;
  request.command = ShellCommand{"cat", "bash"};
  request.stdin_source = StdinData{"secret\xff"};
  const auto text = request_to_json(request);
  REQUIRE(text.has_error());
  CHECK(text.error().code == ErrorCode::serialization);
  CHECK_THAT(text.error().message, !Catch::Matchers::Contains("secret"));
}
