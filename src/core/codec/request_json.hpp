#pragma once

#include "core/model/error.hpp"
#include "core/model/request.hpp"

#include <string>

namespace cloudops {

/// A request as JSON that parse_request turns into the same request again. Holds the environment and stdin data in
/// the clear. Fails with ErrorCode::serialization when a text, or stdin data, is not valid UTF-8: JSON cannot say it.
Expected<std::string> request_to_json(const ExecutionRequest& request);

}  // namespace cloudops
