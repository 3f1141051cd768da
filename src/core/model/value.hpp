#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cloudops {

/// Untrusted data as a caller handed it over, before validation: what JSON can say, plus what only
/// JavaScript can (undefined, NaN, bytes, functions). Adapters build it, `validate/` reads it.
struct Value {
  struct Undefined {};
  struct Null {};
  struct Bytes {
    std::string data;
  };
  /// Something no field can hold; only its type's name is kept for the error message.
  struct Foreign {
    std::string type_name;
  };
  using Array = std::vector<Value>;
  using Object = std::vector<std::pair<std::string, Value>>;

  std::variant<Undefined, Null, bool, double, std::string, Bytes, Array, Object, Foreign> data{};

  template <class T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
  bool is_absent() const { return as<Undefined>() != nullptr || as<Null>() != nullptr; }

  /// The member of that name, or nullptr; also when this is not an object.
  const Value* find(std::string_view key) const {
    if (const auto* object = as<Object>())
      for (const auto& [name, value] : *object)
        if (name == key) return &value;
    return nullptr;
  }
};

/// The type's name as a JavaScript user would say it: "string", "null", "array", …
std::string type_name(const Value& value);

}  // namespace cloudops
