#include "core/validate/parse_request.hpp"

#include "raw_value.hpp"

#include <limits>

using namespace cloudops;
using namespace cloudops::test;
using Kind = ValidationKind;

namespace {

Expected<ExecutionRequest> parsed(std::string_view text) { return parse_request(raw(text), Config{}); }

/// A valid request with these members added.
std::string with_members(const std::string& members) {
  return R"({"command":{"type":"exec","program":"ls"},)" + members + "}";
}

Expected<ExecutionRequest> with_timeout(double timeout) {
  return parse_request(with(R"({"command":{"type":"exec","program":"ls"}})", "timeout_ms", Value{timeout}), Config{});
}

}  // namespace

TEST_CASE("the smallest request gets every default", "[validate]") {
  const auto request = parsed(R"({"command":{"type":"shell","command":"ls"}})");
  REQUIRE(ok(request));
  CHECK_FALSE(request->id);
  const auto& shell = std::get<ShellCommand>(request->command);
  CHECK(shell.command == "ls");
  CHECK(shell.shell == "bash");
  CHECK(request->env.empty());
  CHECK(request->inherit_env);
  CHECK_FALSE(request->working_dir);
  CHECK_FALSE(request->timeout_ms);
  CHECK_FALSE(request->output_log_path);
  CHECK(std::holds_alternative<StdinEmpty>(request->stdin_source));
  CHECK(request->priority == 0);
  CHECK_FALSE(request->metadata);
}

TEST_CASE("every field of a request is read", "[validate]") {
  const auto request = parsed(R"({
    "id":"123E4567-e89b-12d3-a456-426614174000",
    "command":{"type":"aws_cli","service":"ec2","operation":"describe-instances","args":["--max-items","1"],
               "profile":"prod","region":"eu-west-1"},
    "env":{"A":"1","B":""},"inherit_env":false,"working_dir":"/tmp","timeout_ms":3600000,
    "output_log_path":"out.log","stdin":{"type":"file","path":"in.txt"},"priority":-5,
    "metadata":{"source":"ui","conversation_id":"c1","tags":{"k":"v"}}})");
  REQUIRE(ok(request));
  CHECK(to_string(*request->id) == "123e4567-e89b-12d3-a456-426614174000");
  const auto& aws = std::get<AwsCliCommand>(request->command);
  CHECK(aws.service == "ec2");
  CHECK(aws.operation == "describe-instances");
  CHECK(aws.args == std::vector<std::string>{"--max-items", "1"});
  CHECK(aws.profile == "prod");
  CHECK(aws.region == "eu-west-1");
  CHECK(request->env == NameValues{{"A", "1"}, {"B", ""}});
  CHECK_FALSE(request->inherit_env);
  CHECK(request->working_dir == "/tmp");
  CHECK(request->timeout_ms == 3'600'000u);
  CHECK(request->output_log_path == "out.log");
  CHECK(std::get<StdinFile>(request->stdin_source).path == "in.txt");
  CHECK(request->priority == -5);
  CHECK(request->metadata->source == "ui");
  CHECK(request->metadata->conversation_id == "c1");
  CHECK(request->metadata->tags == NameValues{{"k", "v"}});
}

TEST_CASE("undefined is absent where a field is optional, null where the type has it", "[validate]") {
  const auto request = parsed(
      with_members(R"("working_dir":null,"timeout_ms":null,"output_log_path":null,"stdin":null,"metadata":null)"));
  REQUIRE(ok(request));
  CHECK_FALSE(request->timeout_ms);
  CHECK_FALSE(request->metadata);
  for (const char* key : {"id", "env", "inherit_env", "priority"}) {
    CAPTURE(key);
    check_error(parsed(with_members('"' + std::string(key) + R"(":null)")), Kind::wrong_type, key, {"it is null"});
  }
  check_error(parsed(R"({"command":{"type":"exec","program":"ls","args":null}})"), Kind::wrong_type, "command.args",
              {});
  check_error(parsed(R"({"command":{"type":"shell","command":"ls","shell":null}})"), Kind::wrong_type, "command.shell",
              {});
  CHECK(ok(parsed(R"({"command":{"type":"script","path":"a.sh","interpreter":null}})")));
  CHECK(ok(parse_request(with(R"({"command":{"type":"exec","program":"ls"}})", "cwd", Value{}), Config{})));
  Value env = raw("{}");
  std::get<Value::Object>(env.data).emplace_back("GONE", Value{});
  const auto with_env = parse_request(with(R"({"command":{"type":"exec","program":"ls"}})", "env", env), Config{});
  REQUIRE(ok(with_env));
  CHECK(with_env->env.empty());
}

TEST_CASE("metadata keeps apart what is absent and what is null", "[validate]") {
  const auto request = parsed(with_members(R"("metadata":{"source":null})"));
  REQUIRE(ok(request));
  REQUIRE(request->metadata->source.has_value());
  CHECK_FALSE(request->metadata->source->has_value());
  CHECK_FALSE(request->metadata->conversation_id.has_value());
  CHECK_FALSE(request->metadata->tags.has_value());
  check_error(parsed(with_members(R"("metadata":{"tags":null})")), Kind::wrong_type, "metadata.tags", {});
}

TEST_CASE("a required field that is absent or null is MISSING_FIELD", "[validate]") {
  check_error(parsed("{}"), Kind::missing_field, "command", {"command is missing"});
  check_error(parsed(R"({"command":null})"), Kind::missing_field, "command", {});
  check_error(parsed(R"({"command":{}})"), Kind::missing_field, "command.type",
              {"command.type is missing", "one of shell, exec, script, aws_cli"});
  check_error(parsed(with_members(R"("stdin":{"type":"file"})")), Kind::missing_field, "stdin.path",
              {"stdin.path is missing; stdin of type file requires it."});
  check_error(parsed(R"({"command":{"type":"shell"}})"), Kind::missing_field, "command.command", {"a shell command"});
  check_error(parsed(R"({"command":{"type":"exec"}})"), Kind::missing_field, "command.program", {});
  check_error(parsed(R"({"command":{"type":"script"}})"), Kind::missing_field, "command.path", {});
  check_error(parsed(R"({"command":{"type":"aws_cli","operation":"x"}})"), Kind::missing_field, "command.service", {});
  check_error(parsed(R"({"command":{"type":"aws_cli","service":"x"}})"), Kind::missing_field, "command.operation", {});
  check_error(parsed(with_members(R"("stdin":{"type":"data"})")), Kind::missing_field, "stdin.data", {});
  check_error(parsed(with_members(R"("stdin":{"type":"file"})")), Kind::missing_field, "stdin.path", {});
  check_error(parsed(with_members(R"("stdin":{})")), Kind::missing_field, "stdin.type", {});
}

TEST_CASE("a value of another type is WRONG_TYPE", "[validate]") {
  check_error(parsed("[]"), Kind::wrong_type, "", {"The request must be an object", "an array"});
  check_error(parse_request(Value{}, Config{}), Kind::wrong_type, "", {"The request", "undefined"});
  check_error(parse_request(Value{Value::Foreign{"function"}}, Config{}), Kind::wrong_type, "", {"a function"});
  check_error(parsed(R"({"command":"ls"})"), Kind::wrong_type, "command", {"must be an object", "a string"});
  check_error(parsed(R"({"command":{"type":1}})"), Kind::wrong_type, "command.type", {"a number"});
  check_error(parsed(R"({"command":{"type":"exec","program":["ls"]}})"), Kind::wrong_type, "command.program",
              {"must be a string", "an array"});
  check_error(parsed(R"({"command":{"type":"exec","program":"ls","args":"-l"}})"), Kind::wrong_type, "command.args",
              {"an array of strings"});
  check_error(parsed(R"({"command":{"type":"exec","program":"ls","args":["a","b",7]}})"), Kind::wrong_type,
              "command.args[2]", {"command.args[2] must be a string, but it is a number."});
  check_error(parsed(with_members(R"("env":{"OK":"1","FOO":5})")), Kind::wrong_type, "env.FOO", {"a number"});
  check_error(parsed(with_members(R"("env":{"FOO":null})")), Kind::wrong_type, "env.FOO", {"null"});
  check_error(parsed(with_members(R"("env":["A=1"])")), Kind::wrong_type, "env", {"an array"});
  check_error(parsed(with_members(R"("inherit_env":"yes")")), Kind::wrong_type, "inherit_env", {"a boolean"});
  check_error(parsed(with_members(R"("timeout_ms":"5000")")), Kind::wrong_type, "timeout_ms", {"a number", "a string"});
  check_error(parsed(with_members(R"("stdin":"text")")), Kind::wrong_type, "stdin", {"an object"});
  check_error(parsed(with_members(R"("stdin":{"type":"data","data":7})")), Kind::wrong_type, "stdin.data",
              {"a string or a Uint8Array"});
  check_error(parsed(with_members(R"("metadata":{"tags":{"n":1}})")), Kind::wrong_type, "metadata.tags.n", {});
  check_error(parsed(with_members(R"("priority":"high")")), Kind::wrong_type, "priority", {});
  check_error(parsed(with_members(R"("id":7)")), Kind::wrong_type, "id", {});
}

TEST_CASE("a key that the type does not have is UNKNOWN_FIELD, with what was probably meant", "[validate]") {
  check_error(parsed(with_members(R"("timeoutMs":5)")), Kind::unknown_field, "timeoutMs",
              {"did you mean timeout_ms?", "working_dir"});
  check_error(parsed(R"({"command":{"type":"exec","progam":"ls"}})"), Kind::unknown_field, "command.progam",
              {"an exec command", "did you mean program?"});
  check_error(parsed(R"({"command":{"type":"exec","program":"ls","shell":"sh"}})"), Kind::unknown_field,
              "command.shell", {"whose fields are type, program, args."});
  check_error(parsed(with_members(R"("stdin":{"type":"pipe","data":"x"})")), Kind::unknown_field, "stdin.data",
              {"stdin.data is not a field of stdin of type pipe"});
  check_error(parsed(with_members(R"("metadata":{"conversationId":"x"})")), Kind::unknown_field,
              "metadata.conversationId", {"did you mean conversation_id?"});
  check_error(parsed(with_members(R"("cwd":null)")), Kind::unknown_field, "cwd", {"cwd is not a field of a request"});
}

TEST_CASE("an empty or unknown command is INVALID_COMMAND", "[validate]") {
  check_error(parsed(R"({"command":{"type":"shell","command":""}})"), Kind::invalid_command, "command.command",
              {"must not be empty"});
  check_error(parsed(R"({"command":{"type":"shell","command":" \n"}})"), Kind::invalid_command, "command.command",
              {"but it is \" \\u000a\""});
  check_error(parsed(R"({"command":{"type":"shell","command":"x","shell":""}})"), Kind::invalid_command,
              "command.shell", {});
  check_error(parsed(R"({"command":{"type":"exec","program":""}})"), Kind::invalid_command, "command.program", {});
  check_error(parsed(R"({"command":{"type":"aws_cli","service":"","operation":"x"}})"), Kind::invalid_command,
              "command.service", {});
  check_error(parsed(R"({"command":{"type":"aws_cli","service":"x","operation":""}})"), Kind::invalid_command,
              "command.operation", {});
  check_error(parsed(R"({"command":{"type":"script","path":"x","interpreter":""}})"), Kind::invalid_command,
              "command.interpreter", {});
  check_error(parsed(R"({"command":{"type":"script","path":""}})"), Kind::script_not_found, "command.path", {});
  check_error(parsed(R"({"command":{"type":"Shell","command":"x"}})"), Kind::invalid_command, "command.type",
              {"shell, exec, script, aws_cli", "\"Shell\"", "Did you mean shell?"});
}

TEST_CASE("a NUL byte is refused in every text but stdin data", "[validate]") {
  check_error(parsed(R"({"command":{"type":"exec","program":"l\u0000s"}})"), Kind::invalid_command, "command.program",
              {"NUL"});
  check_error(parsed(R"({"command":{"type":"exec","program":"ls","args":["a","\u0000"]}})"), Kind::invalid_command,
              "command.args[1]", {"NUL"});
  check_error(parsed(with_members(R"("env":{"A":"secret\u0000"})")), Kind::invalid_command, "env.A", {"NUL"});
  check_error(parsed(with_members(R"("stdin":{"type":"pi\u0000pe"})")), Kind::invalid_command, "stdin.type", {"NUL"});
  check_error(parsed(with_members(R"("working_dir":"/t\u0000mp")")), Kind::invalid_command, "working_dir", {"NUL"});
  check_error(parsed(with_members(R"("metadata":{"tags":{"a\u0000":"b"}})")), Kind::invalid_command,
              R"(metadata.tags["a\u0000"])", {"NUL"});
  const auto request = parsed(with_members(R"("stdin":{"type":"data","data":"a\u0000b"})"));
  REQUIRE(ok(request));
  CHECK(std::get<StdinData>(request->stdin_source).data == std::string("a\0b", 3));
}

TEST_CASE("a bad timeout is INVALID_VALUE, a large one TIMEOUT_TOO_LARGE with both numbers", "[validate]") {
  for (const double bad : {0.0, -1.0, 0.5, 1.5}) {
    CAPTURE(bad);
    check_error(with_timeout(bad), Kind::invalid_value, "timeout_ms", {"from 1 to 3600000", "max_timeout_ms"});
  }
  check_error(with_timeout(std::numeric_limits<double>::quiet_NaN()), Kind::invalid_value, "timeout_ms", {"NaN"});
  check_error(with_timeout(std::numeric_limits<double>::infinity()), Kind::timeout_too_large, "timeout_ms",
              {"Infinity", "3600000"});
  check_error(with_timeout(3'600'001), Kind::timeout_too_large, "timeout_ms", {"3600001", "3600000"});
  check_error(with_timeout(1e300), Kind::timeout_too_large, "timeout_ms", {"1e+300", "3600000"});
  CHECK(with_timeout(1)->timeout_ms == 1u);
  CHECK(with_timeout(3'600'000)->timeout_ms == 3'600'000u);
}

TEST_CASE("other wrong values are INVALID_VALUE", "[validate]") {
  check_error(parsed(with_members(R"("id":"not-a-uuid")")), Kind::invalid_value, "id", {"UUID", "\"not-a-uuid\""});
  check_error(parsed(with_members(R"("priority":9007199254740992)")), Kind::invalid_value, "priority",
              {"-9007199254740991 to 9007199254740991", "9007199254740992"});
  check_error(parsed(with_members(R"("priority":1.5)")), Kind::invalid_value, "priority", {"1.5"});
  check_error(parsed(with_members(R"("env":{"":"x"})")), Kind::invalid_value, R"(env[""])", {"must not be empty"});
  check_error(parsed(with_members(R"("env":{"A=B":"x"})")), Kind::invalid_value, R"(env["A=B"])", {"'='"});
  check_error(parsed(with_members(R"("env":{"A\u0000":"x"})")), Kind::invalid_value, R"(env["A\u0000"])", {"NUL"});
  check_error(parsed(with_members(R"("stdin":{"type":"tty"})")), Kind::invalid_value, "stdin.type",
              {"data, file, pipe", "\"tty\""});
  check_error(parsed(with_members(R"("stdin":{"type":"file","path":""})")), Kind::invalid_value, "stdin.path", {});
  check_error(parsed(with_members(R"("output_log_path":"")")), Kind::invalid_value, "output_log_path", {});
  check_error(parsed(with_members(R"("working_dir":"")")), Kind::invalid_working_dir, "working_dir", {});
  CHECK(parsed(with_members(R"("priority":-9007199254740991)"))->priority == -9007199254740991);
}

TEST_CASE("types and shape are told before values", "[validate]") {
  // In the order of the text each of these has a wrong value first.
  check_error(parsed(R"({"id":"bad","command":{"type":"exec","program":""},"priority":"high"})"), Kind::wrong_type,
              "priority", {});
  check_error(parsed(R"({"id":"bad","command":{"type":"exec"}})"), Kind::missing_field, "command.program", {});
  check_error(parsed(R"({"id":"bad","command":{"type":"exec","program":"ls"},"nope":1})"), Kind::unknown_field, "nope",
              {});
  check_error(parsed(R"({"timeoutMs":1})"), Kind::unknown_field, "timeoutMs", {});
  check_error(parsed(R"({"id":"bad","command":{"type":"exec","program":"ls"},"timeout_ms":0})"), Kind::invalid_value,
              "id", {});
}

TEST_CASE("bytes are stdin data, and no other field's value", "[validate]") {
  Value source = with(R"({"type":"data"})", "data", Value{Value::Bytes{std::string("\xff\0", 2)}});
  const auto request = parse_request(with(R"({"command":{"type":"exec","program":"x"}})", "stdin", source), Config{});
  REQUIRE(ok(request));
  CHECK(std::get<StdinData>(request->stdin_source).data == std::string("\xff\0", 2));
  check_error(parse_request(with("{}", "command", Value{Value::Bytes{"x"}}), Config{}), Kind::wrong_type, "command",
              {"but it is bytes"});
}

TEST_CASE("a prefix leads every field of a request", "[validate]") {
  check_error(parse_request(raw(R"({"command":{"type":"exec","program":7}})"), Config{}, "commands[2]"),
              Kind::wrong_type, "commands[2].command.program", {"commands[2].command.program must be"});
  check_error(parse_request(raw("7"), Config{}, "commands[2]"), Kind::wrong_type, "commands[2]", {"commands[2] must"});
}

TEST_CASE("no message repeats the value of a variable or stdin data", "[validate]") {
  for (const char* members : {R"("env":{"A":"hunter2\u0000"})", R"("env":{"=":"hunter2"})",
                              R"("env":{"A":"hunter2","B":1})", R"("stdin":{"type":"file","data":"hunter2"})"}) {
    CAPTURE(members);
    const auto request = parsed(with_members(members));
    REQUIRE(request.has_error());
    CHECK_THAT(request.error().message, !Catch::Matchers::Contains("hunter2"));
    CHECK_THAT(request.error().field, !Catch::Matchers::Contains("hunter2"));
  }
}
