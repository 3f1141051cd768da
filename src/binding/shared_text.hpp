#pragma once

#include <napi.h>

#include <memory>
#include <string_view>

namespace cloudops::binding {

/// A string of JavaScript's own, or, if the text is large and this Node can, one that reads the text where it lies: a
/// copy of 10 MiB would hold up the thread for milliseconds. `text`: every byte below 0x80. `owner`: what keeps the
/// text alive and unchanged; held until the collector has taken the string. JavaScript thread.
Napi::Value shared_ascii_to_js(Napi::Env env, std::string_view text, std::shared_ptr<const void> owner);

}  // namespace cloudops::binding
