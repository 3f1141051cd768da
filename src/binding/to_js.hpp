#pragma once

#include "core/model/fields.hpp"

#include <napi.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cloudops::binding {

// Values of the core as JavaScript values, by the field lists of core/model/fields.hpp. JavaScript thread.

Napi::Value to_js(Napi::Env env, bool flag);
Napi::Value to_js(Napi::Env env, std::int32_t number);
Napi::Value to_js(Napi::Env env, std::uint64_t number);
Napi::Value to_js(Napi::Env env, double number);
/// What is not UTF-8 (a path, say) becomes U+FFFD.
Napi::Value to_js(Napi::Env env, std::string_view text);
Napi::Value to_js(Napi::Env env, const NameValues& entries);
/// All below 0x80: spares the decoding.
Napi::Value ascii_to_js(Napi::Env env, std::string_view text);
/// Of equal ids there is one string: comparing two of them, as listeners do for every line, then reads neither.
Napi::Value id_to_js(Napi::Env env, const Uuid& id);

/// Adds every field it is shown to an object.
class JsFields {
 public:
  JsFields(Napi::Env env, Napi::Object object) : env_(env), object_(object) {}
  template <class T>
  void operator()(std::string_view name, const T& value) const;
  void set(std::string_view name, napi_value value) const;

 private:
  Napi::Env env_;
  Napi::Object object_;
};

template <HasFields T>
Napi::Value to_js(Napi::Env env, const T& value) {
  auto object = Napi::Object::New(env);
  visit_fields(value, JsFields(env, object));
  return object;
}

template <class T>
Napi::Value to_js(Napi::Env env, const std::optional<T>& value) {
  return value ? to_js(env, *value) : env.Null();
}

template <class T>
Napi::Value to_js(Napi::Env env, const std::vector<T>& values) {
  auto array = Napi::Array::New(env, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) array.Set(static_cast<std::uint32_t>(i), to_js(env, values[i]));
  return array;
}

template <class T>
void JsFields::operator()(std::string_view name, const T& value) const {
  set(name, to_js(env_, value));
}

/// By makeResult of lib/result.js, in one call. An empty value when the environment is being torn down.
Napi::Value result_to_js(Napi::Env env, const ResultPtr& result, const Napi::Function& make_result);

}  // namespace cloudops::binding
