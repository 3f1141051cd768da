#include "core/validate/parse_command.hpp"

#include "core/validate/read_variant.hpp"
#include "core/validate/wording.hpp"

#include <utility>

namespace cloudops {
namespace {

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos; }

void must_say_something(ObjectReader& reader, std::string_view key, std::string_view text, ValidationKind kind) {
  if (reader.optional_value(key) && is_blank(text))
    reader.report().add(kind, reader.at(key), "must not be empty or blank, but it is " + in_quotes(text) + '.');
}

std::string required_word(ObjectReader& reader, std::string_view key,
                          ValidationKind kind = ValidationKind::invalid_command) {
  std::string text = reader.required_string(key);
  must_say_something(reader, key, text, kind);
  return text;
}

std::optional<std::string> nullable_word(ObjectReader& reader, std::string_view key, ValidationKind kind) {
  auto text = reader.nullable_string(key);
  if (text) must_say_something(reader, key, *text, kind);
  return text;
}

Command read_shell(ObjectReader& reader) {
  ShellCommand shell;
  shell.command = required_word(reader, "command");
  if (auto name = reader.optional_string("shell")) {
    must_say_something(reader, "shell", *name, ValidationKind::invalid_command);
    shell.shell = std::move(*name);
  }
  return shell;
}

Command read_exec(ObjectReader& reader) {
  ExecCommand exec;
  exec.program = required_word(reader, "program");
  exec.args = reader.optional_string_array("args");
  return exec;
}

Command read_script(ObjectReader& reader) {
  ScriptCommand script;
  script.path = required_word(reader, "path", ValidationKind::script_not_found);
  script.interpreter = nullable_word(reader, "interpreter", ValidationKind::invalid_command);
  script.args = reader.optional_string_array("args");
  return script;
}

Command read_aws_cli(ObjectReader& reader) {
  AwsCliCommand aws;
  aws.service = required_word(reader, "service");
  aws.operation = required_word(reader, "operation");
  aws.args = reader.optional_string_array("args");
  aws.profile = nullable_word(reader, "profile", ValidationKind::invalid_value);
  aws.region = nullable_word(reader, "region", ValidationKind::invalid_value);
  return aws;
}

constexpr Variant<Command> command_types[] = {{"shell", "a shell command", read_shell},
                                              {"exec", "an exec command", read_exec},
                                              {"script", "a script command", read_script},
                                              {"aws_cli", "an aws_cli command", read_aws_cli}};

Stdin read_data_stdin(ObjectReader& reader) {
  const Value* data = reader.required_value("data");
  if (!data) return StdinEmpty{};
  if (const auto* text = data->as<std::string>()) return StdinData{*text};
  if (const auto* bytes = data->as<Value::Bytes>()) return StdinData{bytes->data};
  reader.wrong_type(reader.at("data"), "a string or a Uint8Array", *data);
  return StdinEmpty{};
}

Stdin read_file_stdin(ObjectReader& reader) {
  return StdinFile{required_word(reader, "path", ValidationKind::invalid_value)};
}

Stdin read_pipe_stdin(ObjectReader&) { return StdinPipe{}; }

constexpr Variant<Stdin> stdin_types[] = {{"data", "stdin of type data", read_data_stdin},
                                          {"file", "stdin of type file", read_file_stdin},
                                          {"pipe", "stdin of type pipe", read_pipe_stdin}};

}  // namespace

Command read_command(const Value& raw, const FieldPath& path, Report& report) {
  return read_variant(raw, path, report, "a command", command_types, ValidationKind::invalid_command)
      .value_or(ShellCommand{});
}

Stdin read_stdin(const Value& raw, const FieldPath& path, Report& report) {
  return read_variant(raw, path, report, "stdin", stdin_types, ValidationKind::invalid_value).value_or(StdinEmpty{});
}

}  // namespace cloudops
