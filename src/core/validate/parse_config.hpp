#pragma once

#include "core/model/config.hpp"
#include "core/model/error.hpp"
#include "core/model/value.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cloudops {

/// 100 years: the longest duration that any setting takes. Far below what overflows a clock in nanoseconds.
inline constexpr std::int64_t max_duration_ms = 3'155'760'000'000;
/// The most output that max_output_size_bytes may keep in memory: a JavaScript string holds no more than 2^29 - 24.
inline constexpr std::int64_t max_kept_output_bytes = 512'000'000;

/// An engine's settings as a caller handed them over; undefined and null are the defaults. `log_dir`: undefined is
/// `default_log_dir`, null means no logs, a path is made absolute against the host's working directory (read here,
/// once) and normal (normal_path). max_timeout_ms alone and below the default of default_timeout_ms lowers that to it.
/// Errors: ErrorCode::validation, as parse_request's.
Expected<Config> parse_config(const Value& raw, const std::string& default_log_dir);

/// What of a configuration that a program made by itself is out of the same ranges, as a sentence; absent: nothing.
std::optional<std::string> fault_of(const Config& config);

}  // namespace cloudops
