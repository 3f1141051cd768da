#include "core/validate/resolve_launch.hpp"

#include "core/validate/environment_builder.hpp"
#include "core/validate/field_path.hpp"
#include "core/validate/file_check.hpp"
#include "core/validate/resolve_command.hpp"
#include "core/validate/wording.hpp"

#include <optional>
#include <utility>

namespace cloudops {
namespace {

Expected<std::string> resolve_working_dir(const std::string& given, const BaseDir& host_dir) {
  const std::string path = host_dir.absolute(given);
  const auto wrong = [&](const std::string& why) {
    return validation_error(ValidationKind::invalid_working_dir, "working_dir",
                            "The working directory " + in_quotes(path) + ' ' + why + '.');
  };
  if (!path.starts_with('/')) return wrong("is relative to the host's, which no longer exists");
  const FileCheck check = check_file(path);
  if (check.error != 0) return wrong(why_unreachable(check.error));
  if (check.kind != FileKind::directory) return wrong(std::string("is ") + described(check.kind) + ", not a directory");
  if (!may_execute(path)) return wrong("cannot be entered: permission denied");
  return path;
}

Expected<std::string> resolve_stdin_file(const std::string& given, const BaseDir& base) {
  const std::string path = base.absolute(given);
  const auto wrong = [&](const std::string& why) {
    return validation_error(ValidationKind::invalid_value, "stdin.path",
                            "The stdin file " + in_quotes(path) + ' ' + why + '.');
  };
  const FileCheck check = check_file(path);
  if (check.error != 0) return wrong(why_unreachable(check.error));
  if (check.kind == FileKind::fifo)
    return wrong("is a FIFO, and opening it would wait for a writer; read it and use stdin of type pipe");
  if (check.kind != FileKind::regular && check.kind != FileKind::device)
    return wrong(std::string("is ") + described(check.kind) + ", not a file");
  if (!may_read(path)) return wrong("cannot be read: permission denied");
  return path;
}

}  // namespace

LaunchResolver::LaunchResolver(Environment host_env) : host_env_(std::move(host_env)) {}

Expected<LaunchSpec> LaunchResolver::resolve(const ExecutionRequest& request, const std::string& path_prefix) {
  auto spec = resolve(request);
  if (spec) return spec;
  Error error = std::move(spec).error();
  if (error.code == ErrorCode::validation) error.field = join_fields(path_prefix, error.field);
  return error;
}

Expected<LaunchSpec> LaunchResolver::resolve(const ExecutionRequest& request) {
  LaunchSpec spec;
  if (request.working_dir) {
    const auto& working_dir = working_dir_of(*request.working_dir);
    if (!working_dir) return working_dir.error();
    spec.working_dir = *working_dir;
  }
  spec.env = build_environment(request, host_env_);
  const std::optional<BaseDir> own = request.working_dir ? std::optional<BaseDir>(spec.working_dir) : std::nullopt;
  const BaseDir& base = own ? *own : host_dir_;
  auto command = resolve_command(request.command, SearchPlace{spec.env.find("PATH"), base}, programs_);
  if (!command) return command.error();
  spec.executable = std::move(command->executable);
  spec.argv = std::move(command->argv);
  if (const auto* file = std::get_if<StdinFile>(&request.stdin_source)) {
    auto path = resolve_stdin_file(file->path, base);
    if (!path) return path.error();
    spec.stdin_file = std::move(*path);
  }
  if (request.output_log_path) {
    spec.log_path = normal_path(host_dir_.absolute(*request.output_log_path));
    if (!spec.log_path->starts_with('/'))
      return validation_error(ValidationKind::invalid_value, "output_log_path",
                              "output_log_path is relative to the host's working directory, which no longer exists.");
  }
  return spec;
}

const Expected<std::string>& LaunchResolver::working_dir_of(const std::string& given) {
  const auto known = working_dirs_.find(given);
  if (known != working_dirs_.end()) return known->second;
  return working_dirs_.emplace(given, resolve_working_dir(given, host_dir_)).first->second;
}

Expected<LaunchSpec> resolve_launch(const ExecutionRequest& request, const Environment& host_env,
                                    const std::string& path_prefix) {
  return LaunchResolver(host_env).resolve(request, path_prefix);
}

}  // namespace cloudops
