#include "core/codec/json_reader.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace cloudops;
using Catch::Matchers::Contains;

namespace {

std::string refusal(std::string_view text) {
  const auto value = value_from_json(text);
  REQUIRE(value.has_error());
  CHECK(value.error().code == ErrorCode::serialization);
  return value.error().message;
}

}  // namespace

TEST_CASE("every kind of JSON value is read", "[codec]") {
  const auto value = value_from_json(R"({"n":null,"t":true,"i":-7,"f":1.5,"big":9007199254740991,"s":"a\u0000é",
                                         "a":[1,[],{}],"o":{"x":"y"}})");
  REQUIRE(value.has_value());
  CHECK(value->find("n")->as<Value::Null>());
  CHECK(*value->find("t")->as<bool>());
  CHECK(*value->find("i")->as<double>() == -7);
  CHECK(*value->find("f")->as<double>() == 1.5);
  CHECK(*value->find("big")->as<double>() == 9007199254740991.0);
  CHECK(*value->find("s")->as<std::string>() == std::string("a\0é", 4));
  const auto& array = *value->find("a")->as<Value::Array>();
  REQUIRE(array.size() == 3);
  CHECK(*array[0].as<double>() == 1);
  CHECK(array[1].as<Value::Array>());
  CHECK(array[2].as<Value::Object>());
  CHECK(*value->find("o")->find("x")->as<std::string>() == "y");
  CHECK(*value_from_json("7")->as<double>() == 7);
}

TEST_CASE("members keep their order, and of a repeated name the last one wins", "[codec]") {
  const auto value = value_from_json(R"({"b":1,"a":2,"b":3,"c":4,"a":5})");
  REQUIRE(value.has_value());
  const auto& members = *value->as<Value::Object>();
  REQUIRE(members.size() == 3);
  CHECK(members[0].first == "b");
  CHECK(*members[0].second.as<double>() == 3);
  CHECK(members[1].first == "a");
  CHECK(*members[1].second.as<double>() == 5);
  CHECK(members[2].first == "c");
}

TEST_CASE("what is not JSON is refused with its place and nothing of its text", "[codec]") {
  CHECK(refusal("{\n  \"a\": hunter2}") == "The text is not valid JSON at line 2, column 8.");
  CHECK_THAT(refusal("{\"a\":1"), Contains("ends too early, at line 1, column 7"));
  CHECK_THAT(refusal(""), Contains("ends too early"));
  CHECK_THAT(refusal("{} x"), Contains("line 1, column 4"));
  CHECK_THAT(refusal("\"\xff\""), Contains("line 1, column 2"));
  CHECK_THAT(refusal("\"\\ud800\""), Contains("not valid JSON"));
  CHECK_THAT(refusal("1e999"), Contains("not valid JSON"));
  CHECK_THAT(refusal("[NaN]"), Contains("line 1, column 2"));
  CHECK_THAT(refusal("{\"password\":\"hunter2\" \"x\"}"), !Contains("hunter2"));
}

TEST_CASE("deep nesting is refused, however deep", "[codec]") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(value_from_json(nested(max_json_depth)).has_value());
  CHECK_THAT(refusal(nested(max_json_depth + 1)), Contains("more than 64 deep"));
  CHECK_THAT(refusal(nested(100'000)), Contains("more than 64 deep"));
  CHECK_THAT(refusal(std::string(1'000'000, '[')), Contains("more than 64 deep"));
}

TEST_CASE("random bytes are read or refused", "[codec]") {
  std::mt19937 random(7);
  constexpr std::string_view alphabet = "{}[]\",:0123456789.eE+-truefalsn\\ud8 \n\xff\xc3\xa9";
  int read = 0;
  constexpr int texts = 20'000;
  for (int i = 0; i < texts; ++i) {
    std::string text(random() % 24, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    const auto value = value_from_json(text);
    if (value.has_error() && value.error().code != ErrorCode::serialization) FAIL(text);
    read += value.has_value();
  }
  // Else one of the two was not tried.
  CHECK(read > 100);
  CHECK(read < texts - 100);
}
