#include "binding/to_value.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cloudops::binding {
namespace {

/// Nothing valid is as deep; what refers to itself ends here.
constexpr int max_depth = 16;
/// Values in one argument, and bytes of all its text. What refers to itself in many places, a sparse array or one long
/// string named a million times would otherwise never end, or end this process.
constexpr std::size_t max_values = 4'000'000;
constexpr std::size_t max_bytes = std::size_t{1} << 30;
constexpr std::size_t longest_character = 4;

std::string name_of(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array: return "Int8Array";
    case napi_uint8_array: return "Uint8Array";
    case napi_uint8_clamped_array: return "Uint8ClampedArray";
    case napi_int16_array: return "Int16Array";
    case napi_uint16_array: return "Uint16Array";
    case napi_int32_array: return "Int32Array";
    case napi_uint32_array: return "Uint32Array";
    case napi_float32_array: return "Float32Array";
    case napi_float64_array: return "Float64Array";
    case napi_bigint64_array: return "BigInt64Array";
    case napi_biguint64_array: return "BigUint64Array";
    default: return "TypedArray";
  }
}

/// Handles of a long list, which would otherwise pile up until its end. A short one needs no scope.
class ListScope {
 public:
  explicit ListScope(Napi::Env env) : env_(env) {}
  /// Before each item.
  void next() {
    constexpr std::uint32_t items = 256;
    if (++count_ % items == 0) scope_.emplace(env_);
  }

 private:
  Napi::Env env_;
  std::uint32_t count_ = 0;
  std::optional<Napi::HandleScope> scope_;
};

/// One conversion. A limit that is reached leaves a Foreign in the place, which no field takes.
class Conversion {
 public:
  Conversion(Napi::Env env, napi_value keys) : env_(env), keys_(keys) {}

  Value convert(napi_value raw, int depth);

 private:
  Value convert_array(napi_value array, std::uint32_t length, int depth);
  Value convert_proxied_array(napi_value proxy, int depth);
  Value convert_object(napi_value object, int depth);
  Value convert_nameless(napi_value object, int depth);
  std::string kind_of(napi_value object);
  Value text(napi_value string);
  Value bytes(const Napi::Uint8Array& array);
  bool take_bytes(std::size_t count);
  Value too_many_values() const { return {Value::Foreign{"object with over 4000000 values"}}; }
  Value too_many_bytes() const { return {Value::Foreign{"text or bytes that make the argument longer than 1 GiB"}}; }

  Napi::Env env_;
  napi_value keys_;
  std::size_t values_left_ = max_values;
  std::size_t bytes_left_ = max_bytes;
};

bool Conversion::take_bytes(std::size_t count) {
  if (count > bytes_left_) {
    // Nothing more is read: the argument is refused anyway.
    values_left_ = 0;
    return false;
  }
  bytes_left_ -= count;
  return true;
}

Value Conversion::convert_array(napi_value array, std::uint32_t length, int depth) {
  Value::Array items;
  // Not more than may come: the length of a sparse array costs its owner nothing.
  items.reserve(std::min<std::size_t>(length, values_left_));
  ListScope scope(env_);
  for (std::uint32_t i = 0; i < length; ++i) {
    if (values_left_ == 0) {
      items.push_back(too_many_values());
      break;
    }
    scope.next();
    napi_value item = nullptr;
    if (napi_get_element(env_, array, i, &item) != napi_ok) return {};
    items.push_back(convert(item, depth + 1));
  }
  return {std::move(items)};
}

/// For Node-API the proxy of an array is none.
Value Conversion::convert_proxied_array(napi_value proxy, int depth) {
  const Napi::Value length = Napi::Object(env_, proxy).Get("length");
  if (length.IsEmpty()) return {};
  const double count = length.IsNumber() ? length.As<Napi::Number>().DoubleValue() : -1;
  if (!(count >= 0 && count <= static_cast<double>(max_values))) return too_many_values();
  return convert_array(proxy, static_cast<std::uint32_t>(count), depth);
}

Value Conversion::convert_object(napi_value object, int depth) {
  napi_value names = nullptr;
  if (keys_ == nullptr || napi_call_function(env_, keys_, keys_, 1, &object, &names) != napi_ok) return {};
  std::uint32_t length = 0;
  napi_get_array_length(env_, names, &length);
  if (length == 0) return convert_nameless(object, depth);
  Value::Object members;
  members.reserve(std::min<std::size_t>(length, values_left_));
  ListScope scope(env_);
  for (std::uint32_t i = 0; i < length; ++i) {
    scope.next();
    napi_value name = nullptr;
    napi_value member = nullptr;
    napi_get_element(env_, names, i, &name);
    Value key = text(name);
    auto* const named = std::get_if<std::string>(&key.data);
    if (values_left_ == 0 || named == nullptr) return too_many_values();
    if (i == 0 && *named == "0" && kind_of(object) == "Array") return convert_proxied_array(object, depth);
    if (napi_get_property(env_, object, name, &member) != napi_ok) return {};
    members.emplace_back(std::move(*named), convert(member, depth + 1));
  }
  return {std::move(members)};
}

/// A Map, a Date, a Headers have no fields either, and what is in them would be lost without a word.
Value Conversion::convert_nameless(napi_value object, int depth) {
  const Napi::Value value(env_, object);
  if (value.IsArrayBuffer()) return {Value::Foreign{"ArrayBuffer"}};
  if (value.IsDataView()) return {Value::Foreign{"DataView"}};
  const std::string kind = kind_of(object);
  if (kind == "Array") return convert_proxied_array(object, depth);
  if (!kind.empty() && kind != "Object") return {Value::Foreign{kind}};
  return {Value::Object{}};
}

/// As Object.prototype.toString has it: "Object", "Array", "Map"; "" when it says nothing of use.
std::string Conversion::kind_of(napi_value object) {
  // The host may have put anything in the place of what is asked here.
  constexpr std::string_view begin = "[object ";
  constexpr std::size_t longest = 64;
  const Napi::Value constructor = Napi::Env(env_).Global().Get("Object");
  const Napi::Value prototype =
      constructor.IsFunction() ? constructor.As<Napi::Object>().Get("prototype") : constructor;
  const Napi::Value to_string = prototype.IsObject() ? prototype.As<Napi::Object>().Get("toString") : prototype;
  if (!to_string.IsFunction()) return {};
  napi_value described = nullptr;
  if (napi_call_function(env_, object, to_string, 0, nullptr, &described) != napi_ok) return {};
  const Napi::Value answer(env_, described);
  const std::string text = answer.IsString() ? answer.As<Napi::String>().Utf8Value() : std::string();
  if (!text.starts_with(begin) || !text.ends_with(']') || text.size() > longest) return {};
  return text.substr(begin.size(), text.size() - begin.size() - 1);
}

Value Conversion::text(napi_value string) {
  // Most fit here, and need not be asked for their length first. What may have been cut is longer than any character
  // from the end.
  std::array<char, 128> usual;
  std::size_t length = 0;
  napi_get_value_string_utf8(env_, string, usual.data(), usual.size(), &length);
  const bool whole = length + 1 + longest_character <= usual.size();
  if (!whole) napi_get_value_string_utf8(env_, string, nullptr, 0, &length);
  if (!take_bytes(length)) return too_many_bytes();
  if (whole) return {std::string(usual.data(), length)};
  std::string text(length, '\0');
  napi_get_value_string_utf8(env_, string, text.data(), length + 1, &length);
  return {std::move(text)};
}

Value Conversion::bytes(const Napi::Uint8Array& array) {
  if (!take_bytes(array.ByteLength())) return too_many_bytes();
  return {Value::Bytes{std::string(reinterpret_cast<const char*>(array.Data()), array.ByteLength())}};
}

Value Conversion::convert(napi_value raw, int depth) {
  if (values_left_ == 0) return too_many_values();
  --values_left_;
  const Napi::Value value(env_, raw);
  switch (value.Type()) {
    case napi_undefined: return {Value::Undefined{}};
    case napi_null: return {Value::Null{}};
    case napi_boolean: return {value.As<Napi::Boolean>().Value()};
    case napi_number: return {value.As<Napi::Number>().DoubleValue()};
    case napi_string: return text(raw);
    case napi_symbol: return {Value::Foreign{"symbol"}};
    case napi_function: return {Value::Foreign{"function"}};
    case napi_bigint: return {Value::Foreign{"bigint"}};
    case napi_external: return {Value::Foreign{"external"}};
    case napi_object: break;
  }
  if (depth > max_depth) return {Value::Foreign{"object nested too deeply"}};
  if (std::uint32_t length = 0; napi_get_array_length(env_, raw, &length) == napi_ok)
    return convert_array(raw, length, depth);
  if (!value.IsTypedArray()) return convert_object(raw, depth);
  const napi_typedarray_type type = value.As<Napi::TypedArray>().TypedArrayType();
  return type == napi_uint8_array ? bytes(value.As<Napi::Uint8Array>()) : Value{Value::Foreign{name_of(type)}};
}

}  // namespace

Value to_value(Napi::Env env, napi_value value, napi_value keys) { return Conversion(env, keys).convert(value, 0); }

}  // namespace cloudops::binding
