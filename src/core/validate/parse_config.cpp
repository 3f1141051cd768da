#include "core/validate/parse_config.hpp"

#include "core/validate/file_check.hpp"
#include "core/validate/object_reader.hpp"

#include <cstddef>
#include <filesystem>
#include <type_traits>

namespace cloudops {
namespace {

constexpr std::int64_t max_duration_secs = max_duration_ms / 1000;
constexpr std::int64_t max_slots = 100'000;
constexpr std::int64_t max_kept_executions = 10'000'000;

struct NumberSetting {
  std::string_view key;
  std::uint64_t Config::*setting;
  std::int64_t low;
  std::int64_t high;
};
static_assert(std::is_same_v<std::size_t, std::uint64_t>, "counts and durations are read alike");

constexpr NumberSetting default_timeout{"default_timeout_ms", &Config::default_timeout_ms, 1, max_duration_ms};
constexpr NumberSetting max_timeout{"max_timeout_ms", &Config::max_timeout_ms, 1, max_duration_ms};
constexpr NumberSetting other_numbers[] = {
    {"max_concurrent_executions", &Config::max_concurrent_executions, 1, max_slots},
    {"max_in_memory_executions", &Config::max_in_memory_executions, 0, max_kept_executions},
    {"execution_retention_secs", &Config::execution_retention_secs, 0, max_duration_secs},
    {"max_output_size_bytes", &Config::max_output_size_bytes, 0, max_kept_output_bytes},
    {"max_queued_executions", &Config::max_queued_executions, 0, max_kept_executions},
    {"cleanup_interval_secs", &Config::cleanup_interval_secs, 1, max_duration_secs},
    {"kill_grace_period_ms", &Config::kill_grace_period_ms, 0, max_duration_ms},
    {"drain_grace_ms", &Config::drain_grace_ms, 0, max_duration_ms},
    {"max_in_memory_output_bytes", &Config::max_in_memory_output_bytes, 0, max_safe_integer},
};

/// A setting keeps its default when the field is absent.
void read_number(ObjectReader& reader, const NumberSetting& one, Config& config) {
  if (const auto number = reader.optional_integer(one.key, one.low, one.high))
    config.*one.setting = static_cast<std::uint64_t>(*number);
}

std::optional<std::string> fault_of(const Config& config, const NumberSetting& one) {
  const std::uint64_t found = config.*one.setting;
  if (found >= static_cast<std::uint64_t>(one.low) && found <= static_cast<std::uint64_t>(one.high))
    return std::nullopt;
  return std::string(one.key) + " must be between " + std::to_string(one.low) + " and " + std::to_string(one.high) +
         ", but it is " + std::to_string(found) + '.';
}

std::string over_the_maximum(const Config& config) {
  return "is " + std::to_string(config.default_timeout_ms) + ", which is over max_timeout_ms, " +
         std::to_string(config.max_timeout_ms) + '.';
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
  read_number(reader, default_timeout, config);
  read_number(reader, max_timeout, config);
  if (config.default_timeout_ms <= config.max_timeout_ms) return;
  if (default_given)
    reader.report().add(ValidationKind::invalid_value, reader.at("default_timeout_ms"), over_the_maximum(config));
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
  for (const auto& one : other_numbers) read_number(reader, one, config);
  read_flag(reader, "enable_auto_cleanup", config.enable_auto_cleanup);
  read_choices(reader, config);
  reader.reject_unknown_fields();
  if (report.error()) return *report.error();
  return config;
}

std::optional<std::string> fault_of(const Config& config) {
  for (const auto& one : {default_timeout, max_timeout})
    if (auto fault = fault_of(config, one)) return fault;
  if (config.default_timeout_ms > config.max_timeout_ms) return "default_timeout_ms " + over_the_maximum(config);
  for (const auto& one : other_numbers)
    if (auto fault = fault_of(config, one)) return fault;
  if (config.log_dir && config.log_dir->empty()) return "log_dir must not be empty; absent, there are no logs.";
  return std::nullopt;
}

}  // namespace cloudops
