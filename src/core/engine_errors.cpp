#include "core/engine_errors.hpp"

#include <cerrno>
#include <utility>

namespace cloudops {

Error engine_error(ErrorCode code, std::string message, const std::optional<Uuid>& id) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.execution_id = id;
  return error;
}

Error engine_closed(const std::optional<Uuid>& id) {
  return engine_error(ErrorCode::engine_closed, "the engine is closed", id);
}

Error request_withdrawn() { return engine_error(ErrorCode::internal, "withdrawn before it was accepted"); }

Error unknown_execution(const Uuid& id) {
  return engine_error(ErrorCode::not_found, "no execution " + to_string(id) + " is known to this engine", id);
}

Error unknown_plan(const Uuid& id) {
  return engine_error(ErrorCode::not_found, "no plan " + to_string(id) + " is known to this engine", id);
}

Error already_finished(const Uuid& id) {
  return engine_error(ErrorCode::not_running, to_string(id) + " has finished already", id);
}

Error not_finished(const Uuid& id) {
  return engine_error(ErrorCode::not_finished, to_string(id) + " has not finished", id);
}

Error has_no_log(const Uuid& id) {
  return engine_error(ErrorCode::log_read_failed, "execution " + to_string(id) + " has no log", id);
}

Error stdin_closed(const Uuid& id) {
  auto error = engine_error(ErrorCode::io, "stdin of execution " + to_string(id) + " is closed", id);
  error.errno_name = errno_name(EPIPE);
  return error;
}

Error stdin_not_a_pipe(const Uuid& id) {
  auto error =
      validation_error(ValidationKind::invalid_value, "stdin",
                       "stdin of execution " + to_string(id) + " is not a pipe; ask for stdin: {type: \"pipe\"}.");
  error.execution_id = id;
  return error;
}

}  // namespace cloudops
