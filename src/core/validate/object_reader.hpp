#pragma once

#include "core/model/request.hpp"
#include "core/model/value.hpp"
#include "core/validate/report.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cloudops {

/// The vocabulary in which the fields of one object are declared and read at once. What is wrong goes to the Report,
/// and reading goes on with an empty value, so that the worst error wins and not the first line of code. undefined
/// means absent; null means absent to a nullable_ and a required_ call and is of the wrong type to an optional_ one.
/// Lives on the stack; the value, the path's parents and the report outlive it.
class ObjectReader {
 public:
  /// `noun` names the type in sentences: "an exec command". Reports WRONG_TYPE when the value is not an object; then
  /// every field reads as absent and nothing more is reported.
  ObjectReader(const Value& value, FieldPath path, Report& report, std::string_view noun);
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  bool is_object() const { return object_ != nullptr; }
  /// The path of a member. Valid as long as this reader.
  FieldPath at(std::string_view key) const { return path_.member(key); }
  Report& report() { return report_; }

  /// Of any type; nullptr when absent.
  const Value* optional_value(std::string_view key);
  const Value* nullable_value(std::string_view key);
  const Value* required_value(std::string_view key);

  std::string required_string(std::string_view key);
  std::optional<std::string> optional_string(std::string_view key);
  std::optional<std::string> nullable_string(std::string_view key);
  std::optional<bool> optional_bool(std::string_view key);
  std::optional<double> nullable_number(std::string_view key);
  /// A whole number from `low` to `high`, both within what a double counts exactly (INVALID_VALUE otherwise).
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t low, std::int64_t high);
  std::optional<std::int64_t> nullable_integer(std::string_view key, std::int64_t low, std::int64_t high);
  /// The position of the field's text in `names`; another text is an error of kind `kind`.
  std::optional<std::size_t> required_choice(std::string_view key, std::span<const std::string_view> names,
                                             ValidationKind kind);
  std::optional<std::size_t> optional_choice(std::string_view key, std::initializer_list<std::string_view> names,
                                             ValidationKind kind);
  const Value::Array* required_array(std::string_view key);
  const Value::Object* required_object(std::string_view key);
  std::vector<std::string> optional_string_array(std::string_view key);
  /// An object whose values are strings. A member that is undefined is left out, as JSON would.
  std::optional<NameValues> optional_string_map(std::string_view key);

  /// Reports the first member that no call above has asked for, with the name that was probably meant.
  void reject_unknown_fields();

  void wrong_type(const FieldPath& where, std::string_view expected, const Value& found);
  /// Checks a text for NUL bytes and passes it on.
  std::string without_nul(const FieldPath& where, const std::string& text);

 private:
  std::optional<std::string> string_of(std::string_view key, const Value* value);
  std::optional<double> number_of(std::string_view key, const Value* value);
  std::optional<std::int64_t> integer_of(std::string_view key, std::optional<double> number, std::int64_t low,
                                         std::int64_t high);
  std::optional<std::size_t> choice(std::string_view key, const Value* value, std::span<const std::string_view> names,
                                    ValidationKind kind);

  const Value::Object* object_;
  FieldPath path_;
  Report& report_;
  std::string_view noun_;
  /// Every field asked for: the fields this type has.
  std::vector<std::string_view> known_;
};

/// 2^53 - 1: a JavaScript number counts exactly up to here.
inline constexpr std::int64_t max_safe_integer = 9'007'199'254'740'991;

}  // namespace cloudops
