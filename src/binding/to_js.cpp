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

/// A result and the text made of it, which may lie in the result.
struct ShownResult {
  explicit ShownResult(const ResultPtr& shown) : result(shown), text(text_of_result(*shown)) {}
  ResultPtr result;
  ResultText text;
};

/// The name of every field it is shown.
class FieldNames {
 public:
  explicit FieldNames(std::vector<std::string>& names) : names_(names) {}
  template <class T>
  void operator()(std::string_view name, const T&) const {
    names_.emplace_back(name);
  }

 private:
  std::vector<std::string>& names_;
};

template <class... Shown>
std::vector<std::string> names_of(const Shown&... shown) {
  std::vector<std::string> names;
  visit_fields(shown..., FieldNames(names));
  return names;
}

/// The value of every field it is shown.
class FieldValues {
 public:
  FieldValues(Napi::Env env, std::vector<napi_value>& values) : env_(env), values_(values) {}
  template <class T>
  void operator()(std::string_view, const T& value) const {
    values_.push_back(to_js(env_, value));
  }

 protected:
  Napi::Env env_;
  std::vector<napi_value>& values_;
};

/// But large texts of streams are not copied, and `resource_usage` was made before.
class ResultValues : public FieldValues {
 public:
  ResultValues(const FieldValues& values, std::shared_ptr<const ShownResult> shown, napi_value usage)
      : FieldValues(values), shown_(std::move(shown)), usage_(usage) {}
  using FieldValues::operator();
  void operator()(std::string_view, const StreamText& text) const {
    values_.push_back(text.ascii() ? shared_ascii_to_js(env_, text.view(), shown_) : to_js(env_, text.view()));
  }
  void operator()(std::string_view, const std::optional<ResourceUsage>&) const { values_.push_back(usage_); }

 private:
  std::shared_ptr<const ShownResult> shown_;
  napi_value usage_;
};

Napi::Value usage_to_js(Napi::Env env, const std::optional<ResourceUsage>& usage, const Napi::Function& shape_of,
                        Shape& shape) {
  if (!usage) return env.Null();
  if (!shape.is_known()) shape.learn(env, shape_of, names_of(*usage));
  std::vector<napi_value> values;
  visit_fields(*usage, FieldValues(env, values));
  return shape.make(env, values);
}

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

void Shape::learn(Napi::Env env, const Napi::Function& shape_of, const std::vector<std::string>& names) {
  napi_value argument = to_js(env, names);
  napi_value made = nullptr;
  if (napi_call_function(env, env.Undefined(), shape_of, 1, &argument, &made) == napi_ok)
    make_ = Napi::Persistent(Napi::Value(env, made).As<Napi::Function>());
}

Napi::Value Shape::make(Napi::Env env, const std::vector<napi_value>& values) const {
  napi_value made = nullptr;
  // A value that could not be made: V8 does not take an empty one as an argument.
  const bool whole = std::find(values.begin(), values.end(), nullptr) == values.end();
  if (is_known() && whole) napi_call_function(env, env.Undefined(), make_.Value(), values.size(), values.data(), &made);
  return {env, made};
}

Napi::Value result_to_js(Napi::Env env, const ResultPtr& result, const Napi::Function& shape_of, Shapes& shapes) {
  const auto shown = std::make_shared<const ShownResult>(result);
  if (!shapes.result.is_known()) shapes.result.learn(env, shape_of, names_of(*result, shown->text));
  napi_value usage = usage_to_js(env, result->resource_usage, shape_of, shapes.resource_usage);
  std::vector<napi_value> values;
  visit_fields(*result, shown->text, ResultValues(FieldValues(env, values), shown, usage));
  return shapes.result.make(env, values);
}

}  // namespace cloudops::binding
