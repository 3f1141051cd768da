#include "core/validate/parse_request.hpp"

#include "core/validate/object_reader.hpp"
#include "core/validate/parse_command.hpp"
#include "core/validate/wording.hpp"

#include <cmath>

namespace cloudops {
namespace {

NameValues read_env(ObjectReader& reader) {
  NameValues env = reader.optional_string_map("env").value_or(NameValues());
  const FieldPath path = reader.at("env");
  for (const auto& [name, value] : env) {
    // The name is shown, the value never: it may be a secret.
    if (name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos)
      reader.report().add(ValidationKind::invalid_value, path.member(name),
                          "has a name that no environment variable can have: it must not be empty and must not hold "
                          "'=' or a NUL byte.");
  }
  return env;
}

std::optional<std::uint64_t> read_timeout(ObjectReader& reader, const Config& config) {
  const auto number = reader.nullable_number("timeout_ms");
  if (!number) return std::nullopt;
  // Written so that NaN fails too.
  if (!(*number >= 1) || *number != std::trunc(*number)) {
    reader.report().add(ValidationKind::invalid_value, reader.at("timeout_ms"),
                        "must be a whole number of milliseconds from 1 to " + std::to_string(config.max_timeout_ms) +
                            " (max_timeout_ms), but it is " + number_text(*number) + '.');
    return std::nullopt;
  }
  if (*number > static_cast<double>(config.max_timeout_ms)) {
    reader.report().add(ValidationKind::timeout_too_large, reader.at("timeout_ms"),
                        "is " + number_text(*number) + ", but max_timeout_ms allows at most " +
                            std::to_string(config.max_timeout_ms) + '.');
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*number);
}

std::optional<std::string> read_path(ObjectReader& reader, std::string_view key, ValidationKind when_empty) {
  auto path = reader.nullable_string(key);
  if (path && path->empty()) reader.report().add(when_empty, reader.at(key), "must not be empty.");
  return path;
}

}  // namespace

std::optional<Uuid> read_id(ObjectReader& reader) {
  const auto text = reader.optional_string("id");
  if (!text) return std::nullopt;
  const auto id = parse_uuid(*text);
  if (!id)
    reader.report().add(
        ValidationKind::invalid_value, reader.at("id"),
        "must be a UUID such as 123e4567-e89b-12d3-a456-426614174000, but it is " + in_quotes(*text) + '.');
  return id;
}

namespace {

/// As it is echoed: absent, null or a text.
std::optional<NullableText> read_nullable_text(ObjectReader& reader, std::string_view key) {
  if (!reader.optional_value(key)) return std::nullopt;
  return reader.nullable_string(key);
}

}  // namespace

std::optional<ExecutionMetadata> read_metadata(ObjectReader& reader) {
  const Value* raw = reader.nullable_value("metadata");
  if (!raw) return std::nullopt;
  const FieldPath path = reader.at("metadata");
  ObjectReader fields(*raw, path, reader.report(), "metadata");
  ExecutionMetadata metadata;
  metadata.source = read_nullable_text(fields, "source");
  metadata.conversation_id = read_nullable_text(fields, "conversation_id");
  metadata.tags = fields.optional_string_map("tags");
  if (metadata.tags) {
    const FieldPath tags = fields.at("tags");
    for (const auto& [name, value] : *metadata.tags) fields.without_nul(tags.member(name), name);
  }
  fields.reject_unknown_fields();
  return metadata;
}

ExecutionRequest read_request(const Value& raw, const FieldPath& path, const Config& config, Report& report) {
  ExecutionRequest request;
  ObjectReader reader(raw, path, report, "a request");
  request.id = read_id(reader);
  const FieldPath command_path = reader.at("command");
  if (const Value* command = reader.required_value("command"))
    request.command = read_command(*command, command_path, report);
  request.env = read_env(reader);
  request.inherit_env = reader.optional_bool("inherit_env").value_or(true);
  request.working_dir = read_path(reader, "working_dir", ValidationKind::invalid_working_dir);
  request.timeout_ms = read_timeout(reader, config);
  request.output_log_path = read_path(reader, "output_log_path", ValidationKind::invalid_value);
  const FieldPath stdin_path = reader.at("stdin");
  if (const Value* source = reader.nullable_value("stdin"))
    request.stdin_source = read_stdin(*source, stdin_path, report);
  request.priority = reader.optional_integer("priority", -max_safe_integer, max_safe_integer).value_or(0);
  request.metadata = read_metadata(reader);
  reader.reject_unknown_fields();
  return request;
}

Expected<ExecutionRequest> parse_request(const Value& raw, const Config& config, const std::string& path_prefix) {
  Report report("The request");
  ExecutionRequest request = read_request(raw, FieldPath(path_prefix), config, report);
  if (report.error()) return *report.error();
  return request;
}

}  // namespace cloudops
