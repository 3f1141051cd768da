#include "core/stream/io_error.hpp"

namespace cloudops {

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
