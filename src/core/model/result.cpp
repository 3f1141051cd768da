#include "core/model/result.hpp"

namespace cloudops {

std::string_view to_string(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::pending: return "pending";
    case ExecutionStatus::running: return "running";
    case ExecutionStatus::completed: return "completed";
    case ExecutionStatus::failed: return "failed";
    case ExecutionStatus::cancelled: return "cancelled";
    case ExecutionStatus::timeout: return "timeout";
  }
  return "failed";
}

std::string_view to_string(TerminationCause cause) {
  switch (cause) {
    case TerminationCause::timeout: return "timeout";
    case TerminationCause::cancel: return "cancel";
    case TerminationCause::output_limit: return "output_limit";
    case TerminationCause::shutdown: return "shutdown";
  }
  return "cancel";
}

}  // namespace cloudops
