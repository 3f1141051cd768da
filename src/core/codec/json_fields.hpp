#pragma once

#include "core/model/fields.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>
#include <utility>

namespace cloudops {

/// Keeps members in the order they were added.
using Json = nlohmann::ordered_json;

/// Appends a member. (The library's own insertion searches all members for the name first.)
inline void add_member(Json& object, std::string_view name, Json value) {
  object.get_ref<Json::object_t&>().emplace_back(std::string(name), std::move(value));
}

inline Json json_of(bool flag) { return flag; }
inline Json json_of(std::int32_t number) { return number; }
inline Json json_of(std::uint64_t number) { return number; }
/// Whole numbers without ".0", as JavaScript writes them.
inline Json json_of(double number) {
  if (std::abs(number) < 1e15 && number == std::trunc(number)) return static_cast<std::int64_t>(number);
  return number;
}
inline Json json_of(std::string_view text) { return std::string(text); }
inline Json json_of(const StreamText& text) { return json_of(text.view()); }
inline Json json_of(const NameValues& entries) {
  Json object = Json::object();
  for (const auto& [name, value] : entries) add_member(object, name, json_of(std::string_view(value)));
  return object;
}
template <HasFields T>
Json json_of(const T& value);
template <class T>
Json json_of(const std::optional<T>& value) {
  return value ? json_of(*value) : Json(nullptr);
}
template <class T>
Json json_of(const std::vector<T>& values) {
  Json array = Json::array();
  for (const T& value : values) array.push_back(json_of(value));
  return array;
}

/// Adds every field it is shown to an object.
class JsonFields {
 public:
  explicit JsonFields(Json& object) : object_(object) {}
  template <class T>
  void operator()(std::string_view name, const T& value) const {
    add_member(object_, name, json_of(value));
  }

 private:
  Json& object_;
};

template <HasFields T>
Json json_of(const T& value) {
  Json object = Json::object();
  visit_fields(value, JsonFields(object));
  return object;
}

}  // namespace cloudops
