#pragma once

#include "core/model/fields.hpp"

#include <napi.h>

#include <initializer_list>
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
/// All below 0x80: spares the decoding.
Napi::Value ascii_to_js(Napi::Env env, std::string_view text);
/// Of equal ids there is one string: comparing two of them, as listeners do for every line, then reads neither.
Napi::Value id_to_js(Napi::Env env, const Uuid& id);

/// Makes objects and arrays. By functions of lib/: what Node-API makes is of the realm in which Node itself lives,
/// while lib/ may have been loaded into another one, with prototypes of its own (Jest has one for each test file). The
/// references outlive it.
class Realm {
 public:
  Realm(Napi::Env env, const Napi::FunctionReference& make_object, const Napi::FunctionReference& make_array)
      : env_(env), make_object_(make_object), make_array_(make_array) {}

  operator Napi::Env() const { return env_; }
  Napi::Object object() const;
  Napi::Object array(std::size_t length) const;

 private:
  Napi::Object made_by(const Napi::FunctionReference& maker, std::initializer_list<napi_value> arguments) const;

  Napi::Env env_;
  const Napi::FunctionReference& make_object_;
  const Napi::FunctionReference& make_array_;
};

Napi::Value to_js(const Realm& realm, const NameValues& entries);

/// Adds every field it is shown to an object.
class JsFields {
 public:
  JsFields(const Realm& realm, Napi::Object object) : realm_(realm), object_(object) {}
  template <class T>
  void operator()(std::string_view name, const T& value) const;
  void set(std::string_view name, napi_value value) const;

 private:
  const Realm& realm_;
  Napi::Object object_;
};

template <HasFields T>
Napi::Value to_js(const Realm& realm, const T& value) {
  auto object = realm.object();
  visit_fields(value, JsFields(realm, object));
  return object;
}

template <class T>
Napi::Value to_js(const Realm& realm, const std::optional<T>& value) {
  return value ? to_js(realm, *value) : Napi::Env(realm).Null();
}

template <class T>
Napi::Value to_js(const Realm& realm, const std::vector<T>& values) {
  auto array = realm.array(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Napi::HandleScope scope(realm);
    array.Set(static_cast<std::uint32_t>(i), to_js(realm, values[i]));
  }
  return array;
}

template <class T>
void JsFields::operator()(std::string_view name, const T& value) const {
  set(name, to_js(realm_, value));
}

/// By makeResult of lib/result.js, in one call. An empty value when the environment is being torn down.
Napi::Value result_to_js(const Realm& realm, const ResultPtr& result, const Napi::Function& make_result);

}  // namespace cloudops::binding
