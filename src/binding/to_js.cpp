#include "binding/to_js.hpp"

#include "binding/shared_text.hpp"
#include "core/text_of_result.hpp"

#include <memory>
#include <utility>

namespace cloudops::binding {
namespace {

/// A result and the text made of it, which may lie in the result.
struct ShownResult {
  explicit ShownResult(const ResultPtr& shown) : result(shown), text(text_of_result(*shown)) {}
  ResultPtr result;
  ResultText text;
};

/// As JsFields, but large texts of streams are not copied.
class ResultFields {
 public:
  ResultFields(Napi::Env env, Napi::Object object, std::shared_ptr<const ShownResult> shown)
      : env_(env), fields_(env, object), shown_(std::move(shown)) {}
  template <class T>
  void operator()(std::string_view name, const T& value) const {
    fields_(name, value);
  }
  void operator()(std::string_view name, const StreamText& text) const {
    fields_.set(name, text.ascii() ? shared_ascii_to_js(env_, text.view(), shown_) : to_js(env_, text.view()));
  }

 private:
  Napi::Env env_;
  JsFields fields_;
  std::shared_ptr<const ShownResult> shown_;
};

}  // namespace

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

Napi::Value to_js(Napi::Env env, const NameValues& entries) {
  auto object = Napi::Object::New(env);
  for (const auto& [name, value] : entries)
    // A key such as "__proto__" must become an own property, so it is defined, not assigned.
    object.DefineProperty(Napi::PropertyDescriptor::Value(
        name, to_js(env, std::string_view(value)),
        static_cast<napi_property_attributes>(napi_writable | napi_enumerable | napi_configurable)));
  return object;
}

void JsFields::set(std::string_view name, napi_value value) const {
  napi_set_property(env_, object_, ascii_to_js(env_, name), value);
}

Napi::Object result_to_js(Napi::Env env, const ResultPtr& result) {
  const auto shown = std::make_shared<const ShownResult>(result);
  auto object = Napi::Object::New(env);
  visit_fields(*result, shown->text, ResultFields(env, object, shown));
  return object;
}

}  // namespace cloudops::binding
