#include "core/model/error.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace cloudops {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::validation: return "VALIDATION";
    case ErrorCode::not_found: return "NOT_FOUND";
    case ErrorCode::not_running: return "NOT_RUNNING";
    case ErrorCode::not_finished: return "NOT_FINISHED";
    case ErrorCode::concurrency_limit_reached: return "CONCURRENCY_LIMIT_REACHED";
    case ErrorCode::queue_full: return "QUEUE_FULL";
    case ErrorCode::spawn_failed: return "SPAWN_FAILED";
    case ErrorCode::output_size_exceeded: return "OUTPUT_SIZE_EXCEEDED";
    case ErrorCode::log_read_failed: return "LOG_READ_FAILED";
    case ErrorCode::io: return "IO";
    case ErrorCode::serialization: return "SERIALIZATION";
    case ErrorCode::already_initialized: return "ALREADY_INITIALIZED";
    case ErrorCode::not_initialized: return "NOT_INITIALIZED";
    case ErrorCode::engine_closed: return "ENGINE_CLOSED";
    case ErrorCode::internal: return "INTERNAL";
  }
  return "INTERNAL";
}

std::string_view to_string(ValidationKind kind) {
  switch (kind) {
    case ValidationKind::missing_field: return "MISSING_FIELD";
    case ValidationKind::wrong_type: return "WRONG_TYPE";
    case ValidationKind::unknown_field: return "UNKNOWN_FIELD";
    case ValidationKind::invalid_command: return "INVALID_COMMAND";
    case ValidationKind::script_not_found: return "SCRIPT_NOT_FOUND";
    case ValidationKind::invalid_working_dir: return "INVALID_WORKING_DIR";
    case ValidationKind::timeout_too_large: return "TIMEOUT_TOO_LARGE";
    case ValidationKind::invalid_value: return "INVALID_VALUE";
    case ValidationKind::duplicate_id: return "DUPLICATE_ID";
    case ValidationKind::invalid_plan: return "INVALID_PLAN";
  }
  return "INVALID_VALUE";
}

Error validation_error(ValidationKind kind, std::string field, std::string message) {
  Error error;
  error.code = ErrorCode::validation;
  error.kind = kind;
  error.field = std::move(field);
  error.message = std::move(message);
  return error;
}

std::string errno_name(int error) {
  switch (error) {
    case E2BIG: return "E2BIG";
    case EACCES: return "EACCES";
    case EAGAIN: return "EAGAIN";
    case EBADF: return "EBADF";
    case EBUSY: return "EBUSY";
    case ECHILD: return "ECHILD";
    case EDQUOT: return "EDQUOT";
    case EEXIST: return "EEXIST";
    case EFAULT: return "EFAULT";
    case EFBIG: return "EFBIG";
    case EINTR: return "EINTR";
    case EINVAL: return "EINVAL";
    case EIO: return "EIO";
    case EISDIR: return "EISDIR";
    case ELOOP: return "ELOOP";
    case EMFILE: return "EMFILE";
    case ENAMETOOLONG: return "ENAMETOOLONG";
    case ENFILE: return "ENFILE";
    case ENODEV: return "ENODEV";
    case ENOENT: return "ENOENT";
    case ENOEXEC: return "ENOEXEC";
    case ENOMEM: return "ENOMEM";
    case ENOSPC: return "ENOSPC";
    case ENOSYS: return "ENOSYS";
    case ENOTDIR: return "ENOTDIR";
    case ENXIO: return "ENXIO";
    case EPERM: return "EPERM";
    case EPIPE: return "EPIPE";
    case EROFS: return "EROFS";
    case ESRCH: return "ESRCH";
    case ETXTBSY: return "ETXTBSY";
    default: return "E" + std::to_string(error);
  }
}

std::string errno_sentence(int error) {
  return std::generic_category().message(error) + " (" + errno_name(error) + ")";
}

}  // namespace cloudops
