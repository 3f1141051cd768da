#pragma once

#include "core/model/uuid.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cloudops {

enum class ErrorCode {
  validation,
  not_found,
  not_running,
  not_finished,
  concurrency_limit_reached,
  queue_full,
  spawn_failed,
  output_size_exceeded,
  log_read_failed,
  io,
  serialization,
  already_initialized,
  not_initialized,
  engine_closed,
  internal,
};

enum class ValidationKind {
  missing_field,
  wrong_type,
  unknown_field,
  invalid_command,
  script_not_found,
  invalid_working_dir,
  timeout_too_large,
  invalid_value,
  duplicate_id,
  invalid_plan,
};

/// "NOT_FOUND", "SPAWN_FAILED", …: the `code` that users see.
std::string_view to_string(ErrorCode code);
/// "MISSING_FIELD", …: the `kind` that users see.
std::string_view to_string(ValidationKind kind);

/// An expected failure, as a value.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::optional<Uuid> execution_id;
  /// Only with ErrorCode::validation.
  std::optional<ValidationKind> kind;
  /// Only with ErrorCode::validation: a path such as "command.args[2]"; "" is the request itself.
  std::string field;
  /// The system's name for it, "ENOENT"; empty when no system call failed.
  std::string errno_name;
};

Error validation_error(ValidationKind kind, std::string field, std::string message);

/// The symbolic name of an errno value: "ENOENT", or "E42" for one that has no name here.
std::string errno_name(int error);

/// "No space left on device (ENOSPC)".
std::string errno_sentence(int error);

/// A value, or the Error that says why there is none.
template <class T>
using Expected = boost::system::result<T, Error>;

/// Used by Expected::value() only: asking a failure for its value is a bug.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error(error.message);
}

}  // namespace cloudops
