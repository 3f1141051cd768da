#pragma once

#include "core/codec/json_reader.hpp"
#include "core/model/config.hpp"
#include "core/model/error.hpp"
#include "core/model/value.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

namespace cloudops::test {

/// A raw value, written as JSON.
inline Value raw(std::string_view text) {
  auto value = value_from_json(text);
  REQUIRE(value.has_value());
  return std::move(*value);
}

/// A raw object with one member added, for what JSON cannot say.
inline Value with(std::string_view text, const std::string& name, Value member) {
  Value object = raw(text);
  std::get<Value::Object>(object.data).emplace_back(name, std::move(member));
  return object;
}

/// For CHECK and REQUIRE, which would try to print the result itself.
template <class Result>
bool ok(const Result& result) {
  return result.has_value();
}

/// That a result is a validation error of this kind at this field, with a sentence that holds all of `parts`.
template <class Result>
void check_error(const Result& result, ValidationKind kind, const std::string& field,
                 std::initializer_list<std::string> parts) {
  REQUIRE(result.has_error());
  const Error& error = result.error();
  CHECK(error.code == ErrorCode::validation);
  REQUIRE(error.kind.has_value());
  CHECK(to_string(*error.kind) == to_string(kind));
  CHECK(error.field == field);
  for (const auto& part : parts) CHECK_THAT(error.message, Catch::Matchers::Contains(part));
  CHECK((error.message.ends_with('.') || error.message.ends_with('?')));
}

}  // namespace cloudops::test
