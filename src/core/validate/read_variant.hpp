#pragma once

#include "core/validate/object_reader.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

namespace cloudops {

/// One of the types that an object may have, told apart by its field `type`.
template <class T, class... Args>
struct Variant {
  std::string_view name;
  /// In sentences: "an exec command".
  std::string_view noun;
  T (*read)(ObjectReader&, Args...);
};

/// Reads an object as the variant that its `type` names, and no field that this one does not have. Nothing without a
/// known type (an error of kind `unknown`): there is no saying then which fields belong.
template <class T, std::size_t count, class... Args>
std::optional<T> read_variant(const Value& raw, const FieldPath& path, Report& report, std::string_view noun,
                              const Variant<T, Args...> (&variants)[count], ValidationKind unknown, Args... args) {
  std::optional<std::size_t> type;
  {
    std::array<std::string_view, count> names;
    std::transform(std::begin(variants), std::end(variants), names.begin(), [](const auto& one) { return one.name; });
    ObjectReader reader(raw, path, report, noun);
    type = reader.required_choice("type", names, unknown);
  }
  if (!type) return std::nullopt;
  ObjectReader reader(raw, path, report, variants[*type].noun);
  reader.required_value("type");
  T value = variants[*type].read(reader, args...);
  reader.reject_unknown_fields();
  return value;
}

}  // namespace cloudops
