#include "binding/to_js.hpp"

#include "binding/shared_text.hpp"
#include "core/text_of_result.hpp"

#include <algorithm>
#include <memory>
#include <utility>

// Node 20.18 and 22.9 on. Weak: where it is missing, it is null.
extern "C" [[gnu::weak]] napi_status node_api_create_property_key_latin1(napi_env env, const char* text,
                                                                         std::size_t length, napi_value* result);

namespace cloudops::binding {
namespace {

/// As many as makeResult has parameters; more would only cost an allocation.
constexpr std::size_t result_values = 25;

/// A result and the text made of it, which may lie in the result.
struct ShownResult {
  explicit ShownResult(const ResultPtr& shown) : result(shown), text(text_of_result(*shown)) {}
  ResultPtr result;
  ResultText text;
};

/// The value of every field of a result, in the order of makeResult's parameters.
class ResultValues {
 public:
  ResultValues(const Realm& realm, std::shared_ptr<const ShownResult> shown, std::vector<napi_value>& values)
      : realm_(realm), shown_(std::move(shown)), values_(values) {}
  template <class T>
  void operator()(std::string_view, const T& value) const {
    values_.push_back(to_js(realm_, value));
  }
  /// A large text is not copied.
  void operator()(std::string_view, const StreamText& text) const {
    values_.push_back(text.ascii() ? shared_ascii_to_js(realm_, text.view(), shown_) : to_js(realm_, text.view()));
  }
  /// Its fields are parameters of their own.
  void operator()(std::string_view, const std::optional<ResourceUsage>& usage) const {
    if (usage) return visit_fields(*usage, *this);
    visit_fields(ResourceUsage{},
                 [this](std::string_view, const auto&) { values_.push_back(Napi::Env(realm_).Undefined()); });
  }

 private:
  const Realm& realm_;
  std::shared_ptr<const ShownResult> shown_;
  std::vector<napi_value>& values_;
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

Napi::Value id_to_js(Napi::Env env, const Uuid& id) {
  const std::string text = to_string(id);
  napi_value string = nullptr;
  if (node_api_create_property_key_latin1 == nullptr ||
      node_api_create_property_key_latin1(env, text.data(), text.size(), &string) != napi_ok)
    return ascii_to_js(env, text);
  return {env, string};
}

Napi::Object Realm::object() const {
  const Napi::Object made = made_by(make_object_, {});
  return made.IsEmpty() ? Napi::Object::New(env_) : made;
}

Napi::Object Realm::array(std::size_t length) const {
  const Napi::Object made = made_by(make_array_, {to_js(env_, static_cast<double>(length))});
  return made.IsEmpty() ? Napi::Array::New(env_, length) : made;
}

Napi::Object Realm::made_by(const Napi::FunctionReference& maker, std::initializer_list<napi_value> arguments) const {
  const Napi::Function make = maker.Value();
  return make.IsEmpty() ? Napi::Object() : make.Call(env_.Undefined(), arguments).As<Napi::Object>();
}

Napi::Value to_js(const Realm& realm, const NameValues& entries) {
  const Napi::Env env = realm;
  auto object = realm.object();
  for (const auto& [name, value] : entries)
    // A key such as "__proto__" must become an own property, so it is defined, not assigned.
    object.DefineProperty(Napi::PropertyDescriptor::Value(
        name, to_js(env, std::string_view(value)),
        static_cast<napi_property_attributes>(napi_writable | napi_enumerable | napi_configurable)));
  return object;
}

void JsFields::set(std::string_view name, napi_value value) const {
  napi_set_property(Napi::Env(realm_), object_, ascii_to_js(realm_, name), value);
}

Napi::Value result_to_js(const Realm& realm, const ResultPtr& result, const Napi::Function& make_result) {
  const Napi::Env env = realm;
  const auto shown = std::make_shared<const ShownResult>(result);
  std::vector<napi_value> values;
  values.reserve(result_values);
  visit_fields(*result, shown->text, ResultValues(realm, shown, values));
  napi_value made = nullptr;
  // A value that could not be made: V8 does not take an empty one as an argument.
  const bool whole = std::find(values.begin(), values.end(), nullptr) == values.end();
  if (whole && !make_result.IsEmpty())
    napi_call_function(env, env.Undefined(), make_result, values.size(), values.data(), &made);
  return {env, made};
}

}  // namespace cloudops::binding
