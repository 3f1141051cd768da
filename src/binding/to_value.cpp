#include "binding/to_value.hpp"

#include <cstdint>
#include <utility>

namespace cloudops::binding {
namespace {

/// Nothing valid is as deep; what refers to itself ends here.
constexpr int max_depth = 16;

Value convert(Napi::Env env, napi_value value, int depth);

Value convert_array(Napi::Env env, napi_value array, int depth) {
  std::uint32_t length = 0;
  napi_get_array_length(env, array, &length);
  Value::Array items;
  items.reserve(length);
  for (std::uint32_t i = 0; i < length; ++i) {
    napi_value item = nullptr;
    if (napi_get_element(env, array, i, &item) != napi_ok) return {};
    items.push_back(convert(env, item, depth + 1));
  }
  return {std::move(items)};
}

Value convert_object(Napi::Env env, napi_value object, int depth) {
  napi_value names = nullptr;
  const auto filter = static_cast<napi_key_filter>(napi_key_enumerable | napi_key_skip_symbols);
  if (napi_get_all_property_names(env, object, napi_key_own_only, filter, napi_key_numbers_to_strings, &names) != napi_ok)
    return {};
  std::uint32_t length = 0;
  napi_get_array_length(env, names, &length);
  Value::Object members;
  members.reserve(length);
  for (std::uint32_t i = 0; i < length; ++i) {
    napi_value name = nullptr;
    napi_value member = nullptr;
    napi_get_element(env, names, i, &name);
    if (napi_get_property(env, object, name, &member) != napi_ok) return {};
    members.emplace_back(Napi::String(env, name).Utf8Value(), convert(env, member, depth + 1));
  }
  return {std::move(members)};
}

Value convert(Napi::Env env, napi_value raw, int depth) {
  // Values of a large array would otherwise pile up in the caller's scope.
  Napi::HandleScope scope(env);
  const Napi::Value value(env, raw);
  switch (value.Type()) {
    case napi_undefined: return {Value::Undefined{}};
    case napi_null: return {Value::Null{}};
    case napi_boolean: return {value.As<Napi::Boolean>().Value()};
    case napi_number: return {value.As<Napi::Number>().DoubleValue()};
    case napi_string: return {value.As<Napi::String>().Utf8Value()};
    case napi_symbol: return {Value::Foreign{"symbol"}};
    case napi_function: return {Value::Foreign{"function"}};
    case napi_bigint: return {Value::Foreign{"bigint"}};
    case napi_external: return {Value::Foreign{"external"}};
    case napi_object: break;
  }
  if (depth > max_depth) return {Value::Foreign{"object nested too deeply"}};
  if (value.IsArray()) return convert_array(env, raw, depth);
  if (value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array) {
    const auto bytes = value.As<Napi::Uint8Array>();
    return {Value::Bytes{std::string(reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength())}};
  }
  if (value.IsTypedArray() || value.IsArrayBuffer() || value.IsDataView()) return {Value::Foreign{"binary data other than Uint8Array"}};
  return convert_object(env, raw, depth);
}

}  // namespace

Value to_value(Napi::Env env, napi_value value) { return convert(env, value, 0); }

}  // namespace cloudops::binding
