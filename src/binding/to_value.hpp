#pragma once

#include "core/model/value.hpp"

#include <napi.h>

namespace cloudops::binding {

/// Copies what JavaScript handed over, so that the engine thread can validate it. JavaScript thread.
/// Runs the caller's getters: an exception of theirs is pending afterwards and the value is not to be used.
Value to_value(Napi::Env env, napi_value value);

}  // namespace cloudops::binding
