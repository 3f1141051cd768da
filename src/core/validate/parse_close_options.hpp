#pragma once

#include "core/model/close_options.hpp"
#include "core/model/error.hpp"
#include "core/model/value.hpp"

namespace cloudops {

/// `{mode?: "cancel" | "drain", timeout_ms?: integer}`. Errors: ErrorCode::validation.
Expected<CloseOptions> parse_close_options(const Value& raw);

}  // namespace cloudops
