#include "core/model/result_text.hpp"

namespace cloudops {

std::string failure_sentence(const ExecutionResult& result) {
  if (result.error) return *result.error;
  if (result.signal) return "The command was ended by " + *result.signal + '.';
  return "The command exited with code " + std::to_string(result.exit_code) + '.';
}

}  // namespace cloudops
