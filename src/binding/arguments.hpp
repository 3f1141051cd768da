#pragma once

#include "core/model/error.hpp"
#include "core/model/event.hpp"

#include <napi.h>

#include <string>

namespace cloudops::binding {

// The arguments of the methods, as values of the core. JavaScript thread. Expected failures are Errors.

/// A string that is no id is simply not known: NOT_FOUND. Not a string: VALIDATION.
Expected<Uuid> id_argument(const Napi::CallbackInfo& info, std::size_t index);
/// "stdout" or "stderr".
Expected<OutputStream> stream_argument(const Napi::CallbackInfo& info, std::size_t index);
/// A string (as UTF-8) or a Uint8Array.
Expected<std::string> bytes_argument(const Napi::CallbackInfo& info, std::size_t index);

}  // namespace cloudops::binding
