#include "core/codec/json_reader.hpp"
#include "core/codec/request_json.hpp"
#include "core/validate/parse_config.hpp"
#include "core/validate/parse_plan.hpp"
#include "core/validate/parse_request.hpp"
#include "core/validate/resolve_launch.hpp"

#include "raw_value.hpp"

#include <limits>
#include <random>

using namespace cloudops;
using namespace cloudops::test;

namespace {

/// Random trees that are often nearly right: real field names and values, in the wrong places.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Value value(int depth) {
    switch (below(depth > 0 ? 10 : 7)) {
      case 0: return Value{};
      case 1: return Value{Value::Null{}};
      case 2: return Value{below(2) == 0};
      case 3: return Value{numbers_[below(std::size(numbers_))]};
      case 4:
      case 5: return Value{text()};
      case 6: return below(2) == 0 ? Value{Value::Bytes{"\xff"}} : Value{Value::Foreign{"function"}};
      case 7: return array(depth);
      default: return object(depth);
    }
  }

  /// A valid request or plan with one member somewhere replaced.
  Value damaged(Value tree) {
    Value* spot = &tree;
    while (true) {
      if (auto* object = std::get_if<Value::Object>(&spot->data); object && !object->empty()) {
        auto& [name, member] = (*object)[below(object->size())];
        if (below(8) == 0) name = text();
        spot = &member;
      } else if (auto* items = std::get_if<Value::Array>(&spot->data); items && !items->empty()) {
        spot = &(*items)[below(items->size())];
      } else {
        break;
      }
      if (below(4) == 0) break;
    }
    *spot = value(3);
    return tree;
  }

 private:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  std::string text() { return std::string(texts_[below(std::size(texts_))]); }
  Value array(int depth) {
    Value::Array items;
    for (std::size_t i = below(4); i > 0; --i) items.push_back(value(depth - 1));
    return Value{items};
  }
  Value object(int depth) {
    Value::Object members;
    for (std::size_t i = below(6); i > 0; --i) members.emplace_back(text(), value(depth - 1));
    return Value{members};
  }

  static constexpr double numbers_[] = {0,
                                        1,
                                        -1,
                                        0.5,
                                        2,
                                        1e300,
                                        -1e300,
                                        2147483648.0,
                                        9007199254740993.0,
                                        std::numeric_limits<double>::quiet_NaN(),
                                        std::numeric_limits<double>::infinity()};
  static constexpr std::string_view texts_[] = {"",
                                                "x",
                                                "type",
                                                "shell",
                                                "exec",
                                                "script",
                                                "aws_cli",
                                                "command",
                                                "program",
                                                "args",
                                                "path",
                                                "env",
                                                "stdin",
                                                "data",
                                                "file",
                                                "pipe",
                                                "id",
                                                "0",
                                                "1",
                                                "dependencies",
                                                "strategy",
                                                "commands",
                                                "max_concurrency",
                                                "serial",
                                                "parallel",
                                                "dependency_graph",
                                                "description",
                                                "metadata",
                                                "tags",
                                                "timeout_ms",
                                                "log_dir",
                                                "\xff\xfe",
                                                std::string_view("a\0b", 3),
                                                "/bin/sh",
                                                "123e4567-e89b-12d3-a456-426614174000"};
  std::mt19937 random_;
};

/// A failure is a validation error with a message; that there is one or the other is all that matters here.
template <class Result>
bool sound(const Result& result) {
  if (result.has_value()) return true;
  return result.error().code == ErrorCode::validation && result.error().kind && !result.error().message.empty();
}

}  // namespace

TEST_CASE("random values are accepted or refused, never more", "[validate]") {
  Generator generator(20'240'611);
  const Value request = raw(R"({"id":"123e4567-e89b-12d3-a456-426614174000","command":{"type":"exec",
    "program":"sh","args":["a","b"]},"env":{"A":"1"},"working_dir":"/","timeout_ms":5,"stdin":{"type":"data","data":"x"},
    "priority":1,"metadata":{"source":"s","tags":{"k":"v"}}})");
  const Value plan = raw(R"({"description":"d","strategy":{"type":"dependency_graph","dependencies":{"1":[0],"2":[1]},
    "max_concurrency":2},"commands":[{"command":{"type":"shell","command":"ls"}},{"command":{"type":"exec",
    "program":"ls"}},{"command":{"type":"script","path":"x"}}]})");
  const Value config =
      raw(R"({"default_timeout_ms":5,"max_timeout_ms":6,"log_dir":"/x","concurrency_policy":"queue"})");
  const Environment host = Environment::from_block("PATH=/usr/bin:/bin");
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Value input = i % 2 == 0 ? generator.damaged(request) : generator.value(4);
    const auto parsed = parse_request(input, Config{});
    if (!sound(parsed)) FAIL("parse_request, round " << i);
    if (parsed) {
      ++accepted;
      const auto json = request_to_json(*parsed);
      if (json && !value_from_json(*json)) FAIL("request_to_json, round " << i);
      if (!sound(resolve_launch(*parsed, host))) FAIL("resolve_launch, round " << i);
    }
    if (!sound(parse_plan(i % 2 == 0 ? generator.damaged(plan) : input, Config{}))) FAIL("parse_plan, round " << i);
    if (!sound(parse_config(i % 2 == 0 ? generator.damaged(config) : input, "/x"))) FAIL("parse_config, round " << i);
  }
  // Else the test would say nothing about what happens after the refusals.
  CHECK(accepted > 1000);
}
