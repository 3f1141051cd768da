#pragma once

#include "core/model/error.hpp"

#include <string>

namespace cloudops {

/// ErrorCode::io with the sentence `cannot <verb> "<path>": <reason>`.
Error io_error(const std::string& verb, const std::string& path, const std::string& reason);
/// The same for a system call's errno.
Error io_error(const std::string& verb, const std::string& path, int error);

}  // namespace cloudops
