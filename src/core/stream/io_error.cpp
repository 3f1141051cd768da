#include "core/stream/io_error.hpp"

#include <system_error>

namespace cloudops {

std::string errno_sentence(int error) {
  return std::generic_category().message(error) + " (" + errno_name(error) + ")";
}

Error io_error(const std::string& verb, const std::string& path, const std::string& reason) {
  Error error;
  error.code = ErrorCode::io;
  error.message = "cannot " + verb + " \"" + path + "\": " + reason;
  return error;
}

Error io_error(const std::string& verb, const std::string& path, int error) {
  Error result = io_error(verb, path, errno_sentence(error));
  result.errno_name = errno_name(error);
  return result;
}

}  // namespace cloudops
