#pragma once

#include "core/model/value.hpp"

#include <napi.h>

namespace cloudops::binding {

/// Copies what JavaScript handed over, so that the engine thread can validate it. JavaScript thread.
/// Runs the caller's getters: an exception of theirs is pending afterwards and the value is not to be used.
/// `keys`: JavaScript's Object.keys, which knows an object's names by its shape; N-API's own function lists them anew
/// each time. Only objects need it.
Value to_value(Napi::Env env, napi_value value, napi_value keys = nullptr);

}  // namespace cloudops::binding
