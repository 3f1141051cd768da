#include "core/codec/request_json.hpp"

#include "core/codec/json_fields.hpp"

namespace cloudops {
namespace {

void add_text(Json& object, std::string_view name, std::string_view text) { add_member(object, name, json_of(text)); }

void add_if_given(Json& object, std::string_view name, const std::optional<std::string>& text) {
  if (text) add_text(object, name, *text);
}

void add_args(Json& object, const std::vector<std::string>& args) {
  Json array = Json::array();
  for (const auto& arg : args) array.push_back(arg);
  add_member(object, "args", std::move(array));
}

struct CommandWriter {
  Json& object;

  void operator()(const ShellCommand& shell) const {
    add_text(object, "type", "shell");
    add_text(object, "command", shell.command);
    add_text(object, "shell", shell.shell);
  }
  void operator()(const ExecCommand& exec) const {
    add_text(object, "type", "exec");
    add_text(object, "program", exec.program);
    add_args(object, exec.args);
  }
  void operator()(const ScriptCommand& script) const {
    add_text(object, "type", "script");
    add_text(object, "path", script.path);
    add_if_given(object, "interpreter", script.interpreter);
    add_args(object, script.args);
  }
  void operator()(const AwsCliCommand& aws) const {
    add_text(object, "type", "aws_cli");
    add_text(object, "service", aws.service);
    add_text(object, "operation", aws.operation);
    add_args(object, aws.args);
    add_if_given(object, "profile", aws.profile);
    add_if_given(object, "region", aws.region);
  }
};

struct StdinWriter {
  Json& object;

  void operator()(const StdinEmpty&) const {}
  void operator()(const StdinData& data) const {
    add_text(object, "type", "data");
    add_text(object, "data", data.data);
  }
  void operator()(const StdinFile& file) const {
    add_text(object, "type", "file");
    add_text(object, "path", file.path);
  }
  void operator()(const StdinPipe&) const { add_text(object, "type", "pipe"); }
};

Json json_of_request(const ExecutionRequest& request) {
  Json object = Json::object();
  if (request.id) add_text(object, "id", to_string(*request.id));
  Json command = Json::object();
  std::visit(CommandWriter{command}, request.command);
  add_member(object, "command", std::move(command));
  add_member(object, "env", json_of(request.env));
  add_member(object, "inherit_env", request.inherit_env);
  add_if_given(object, "working_dir", request.working_dir);
  if (request.timeout_ms) add_member(object, "timeout_ms", *request.timeout_ms);
  add_if_given(object, "output_log_path", request.output_log_path);
  Json source = Json::object();
  std::visit(StdinWriter{source}, request.stdin_source);
  if (!source.empty()) add_member(object, "stdin", std::move(source));
  add_member(object, "priority", request.priority);
  if (request.metadata) add_member(object, "metadata", json_of(*request.metadata));
  return object;
}

}  // namespace

Expected<std::string> request_to_json(const ExecutionRequest& request) {
  try {
    return json_of_request(request).dump();
  } catch (const Json::type_error&) {
    // The only thing that dump can refuse here.
    Error error;
    error.code = ErrorCode::serialization;
    error.message = "The request holds bytes that are not valid UTF-8, which JSON cannot carry.";
    return error;
  }
}

}  // namespace cloudops
