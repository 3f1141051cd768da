#include "binding/to_js.hpp"

#include "core/text_of_result.hpp"

namespace cloudops::binding {

Napi::Value to_js(Napi::Env env, bool flag) { return Napi::Boolean::New(env, flag); }
Napi::Value to_js(Napi::Env env, std::int32_t number) { return Napi::Number::New(env, number); }
Napi::Value to_js(Napi::Env env, std::uint64_t number) { return Napi::Number::New(env, static_cast<double>(number)); }
Napi::Value to_js(Napi::Env env, double number) { return Napi::Number::New(env, number); }

Napi::Value to_js(Napi::Env env, std::string_view text) { return Napi::String::New(env, text.data(), text.size()); }

Napi::Value ascii_to_js(Napi::Env env, std::string_view text) {
  napi_value string = nullptr;
  napi_create_string_latin1(env, text.data(), text.size(), &string);
  return {env, string};
}

Napi::Value to_js(Napi::Env env, const StreamText& text) {
  return text.ascii() ? ascii_to_js(env, text.view()) : to_js(env, text.view());
}

Napi::Value to_js(Napi::Env env, const NameValues& entries) {
  auto object = Napi::Object::New(env);
  for (const auto& [name, value] : entries)
    // A key such as "__proto__" must become an own property, so it is defined, not assigned.
    object.DefineProperty(Napi::PropertyDescriptor::Value(
        name, to_js(env, std::string_view(value)),
        static_cast<napi_property_attributes>(napi_writable | napi_enumerable | napi_configurable)));
  return object;
}

Napi::Object result_to_js(Napi::Env env, const ExecutionResult& result) {
  const ResultText text = text_of_result(result);
  auto object = Napi::Object::New(env);
  visit_fields(result, text, JsFields(env, object));
  return object;
}

}  // namespace cloudops::binding
