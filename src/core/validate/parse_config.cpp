#include "core/validate/parse_config.hpp"

#include "core/validate/file_check.hpp"
#include "core/validate/object_reader.hpp"

#include <algorithm>
#include <filesystem>

namespace cloudops {
namespace {

constexpr std::int64_t max_duration_secs = max_duration_ms / 1000;
constexpr std::int64_t max_slots = 100'000;
constexpr std::int64_t max_kept_executions = 10'000'000;

/// Reads a number into a setting, which keeps its default when the field is absent.
template <class Setting>
void read_number(ObjectReader& reader, std::string_view key, std::int64_t low, std::int64_t high, Setting& setting) {
  if (const auto number = reader.optional_integer(key, low, high)) setting = static_cast<Setting>(*number);
}

void read_flag(ObjectReader& reader, std::string_view key, bool& setting) {
  setting = reader.optional_bool(key).value_or(setting);
}

std::optional<std::string> read_log_dir(ObjectReader& reader, const std::string& default_log_dir) {
  if (!reader.optional_value("log_dir")) return default_log_dir;
  const auto directory = reader.nullable_string("log_dir");
  if (!directory) return std::nullopt;
  if (directory->empty()) {
    reader.report().add(ValidationKind::invalid_value, reader.at("log_dir"),
                        "must not be empty; null switches logs off.");
    return std::nullopt;
  }
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(*directory, failed);
  if (failed) {
    reader.report().add(ValidationKind::invalid_value, reader.at("log_dir"),
                        "is a relative path, but the host's working directory no longer exists.");
    return std::nullopt;
  }
  std::string path = normal_path(absolute.string());
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

void read_timeouts(ObjectReader& reader, Config& config) {
  const bool default_given = reader.optional_value("default_timeout_ms") != nullptr;
  read_number(reader, "default_timeout_ms", 1, max_duration_ms, config.default_timeout_ms);
  read_number(reader, "max_timeout_ms", 1, max_duration_ms, config.max_timeout_ms);
  if (config.default_timeout_ms <= config.max_timeout_ms) return;
  if (default_given)
    reader.report().add(ValidationKind::invalid_value, reader.at("default_timeout_ms"),
                        "is " + std::to_string(config.default_timeout_ms) + ", which is over max_timeout_ms, " +
                            std::to_string(config.max_timeout_ms) + '.');
  else
    config.default_timeout_ms = config.max_timeout_ms;
}

void read_choices(ObjectReader& reader, Config& config) {
  constexpr auto wrong = ValidationKind::invalid_value;
  // Both lists are in the order of the enumerations.
  if (const auto choice = reader.optional_choice("oversized_output_strategy",
                                                 {"truncate_with_warning", "fail_execution", "stream_to_file"}, wrong))
    config.oversized_output_strategy = static_cast<OversizedOutputStrategy>(*choice);
  if (const auto choice = reader.optional_choice("concurrency_policy", {"fail_fast", "queue"}, wrong))
    config.concurrency_policy = static_cast<ConcurrencyPolicy>(*choice);
}

}  // namespace

Expected<Config> parse_config(const Value& raw, const std::string& default_log_dir) {
  Config config;
  config.log_dir = default_log_dir;
  if (raw.is_absent()) return config;

  Report report("The configuration", ValidationKind::invalid_value);
  ObjectReader reader(raw, FieldPath(), report, "a configuration");
  read_timeouts(reader, config);
  read_flag(reader, "stream_output", config.stream_output);
  config.log_dir = read_log_dir(reader, default_log_dir);
  read_number(reader, "max_concurrent_executions", 1, max_slots, config.max_concurrent_executions);
  read_number(reader, "max_in_memory_executions", 0, max_kept_executions, config.max_in_memory_executions);
  read_number(reader, "execution_retention_secs", 0, max_duration_secs, config.execution_retention_secs);
  read_flag(reader, "enable_auto_cleanup", config.enable_auto_cleanup);
  read_number(reader, "max_output_size_bytes", 0, max_kept_output_bytes, config.max_output_size_bytes);
  read_choices(reader, config);
  read_number(reader, "max_queued_executions", 0, max_kept_executions, config.max_queued_executions);
  read_number(reader, "cleanup_interval_secs", 1, max_duration_secs, config.cleanup_interval_secs);
  read_number(reader, "kill_grace_period_ms", 0, max_duration_ms, config.kill_grace_period_ms);
  read_number(reader, "drain_grace_ms", 0, max_duration_ms, config.drain_grace_ms);
  read_number(reader, "max_in_memory_output_bytes", 0, max_safe_integer, config.max_in_memory_output_bytes);
  reader.reject_unknown_fields();
  if (report.error()) return *report.error();
  return config;
}

}  // namespace cloudops
