#include "binding/arguments.hpp"

#include "binding/to_value.hpp"
#include "core/validate/wording.hpp"

namespace cloudops::binding {
namespace {

bool is_plain_object(const Napi::Value& value) {
  return value.IsObject() && !value.IsFunction() && !value.IsTypedArray() && !value.IsArrayBuffer() &&
         !value.IsDataView();
}

Error wrong_type(Napi::Env env, const Napi::Value& found, const std::string& name, const std::string& expected) {
  // An object is not looked into: that would run getters and proxies of the caller, which may throw.
  const std::string type = !is_plain_object(found) ? described(to_value(env, found))
                           : found.IsArray()       ? "an array"
                                                   : "an object";
  return validation_error(ValidationKind::wrong_type, name,
                          name + " must be " + expected + ", but it is " + type + ".");
}

}  // namespace

Expected<Uuid> id_argument(const Napi::CallbackInfo& info, std::size_t index) {
  const Napi::Value value = info[index];
  if (!value.IsString()) return wrong_type(info.Env(), value, "id", "a string");
  const std::string text = value.As<Napi::String>().Utf8Value();
  if (const auto id = parse_uuid(text)) return *id;
  Error error;
  error.code = ErrorCode::not_found;
  error.message = "no execution or plan '" + text.substr(0, 80) + "' is known to this engine";
  return error;
}

Expected<OutputStream> stream_argument(const Napi::CallbackInfo& info, std::size_t index) {
  const Napi::Value value = info[index];
  if (!value.IsString()) return wrong_type(info.Env(), value, "stream", "\"stdout\" or \"stderr\"");
  const std::string text = value.As<Napi::String>().Utf8Value();
  if (text == "stdout") return OutputStream::out;
  if (text == "stderr") return OutputStream::err;
  return validation_error(ValidationKind::invalid_value, "stream",
                          "stream must be \"stdout\" or \"stderr\", but it is \"" + text.substr(0, 80) + "\".");
}

Expected<std::string> bytes_argument(const Napi::CallbackInfo& info, std::size_t index) {
  const Napi::Value found = info[index];
  if (is_plain_object(found)) return wrong_type(info.Env(), found, "chunk", "a string or a Uint8Array");
  Value value = to_value(info.Env(), found);
  if (auto* text = std::get_if<std::string>(&value.data)) return std::move(*text);
  if (auto* bytes = std::get_if<Value::Bytes>(&value.data)) return std::move(bytes->data);
  return wrong_type(info.Env(), found, "chunk", "a string or a Uint8Array");
}

}  // namespace cloudops::binding
