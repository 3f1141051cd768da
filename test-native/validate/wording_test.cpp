#include "core/validate/wording.hpp"
#include "core/validate/field_path.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace cloudops;

TEST_CASE("a field path names the place as a JavaScript user would write it", "[validate]") {
  const FieldPath root;
  CHECK(root.text().empty());
  const FieldPath commands = root.member("commands");
  const FieldPath third = commands.item(3);
  const FieldPath env = third.member("env");
  CHECK(env.text() == "commands[3].env");
  CHECK(env.member("FOO").text() == "commands[3].env.FOO");
  CHECK(env.member("4").text() == R"(commands[3].env["4"])");
  CHECK(env.member("").text() == R"(commands[3].env[""])");
  CHECK(env.member("a \"b\"\n").text() == R"(commands[3].env["a \"b\"\u000a"])");
  CHECK(env.member(std::string(100'000, 'k')).text().size() < 200);
}

TEST_CASE("a prefix comes before every field", "[validate]") {
  const FieldPath root("commands[2]");
  CHECK(root.text() == "commands[2]");
  CHECK(root.member("env").text() == "commands[2].env");
  CHECK(join_fields("commands[2]", "command.path") == "commands[2].command.path");
  CHECK(join_fields("", "command.path") == "command.path");
  CHECK(join_fields("commands[2]", "") == "commands[2]");
}

TEST_CASE("a value is described with its article", "[validate]") {
  CHECK(described({Value::Foreign{"URL"}}) == "a URL");
  CHECK(described({Value::Foreign{"ArrayBuffer"}}) == "an ArrayBuffer");
  CHECK(described({Value::Object{}}) == "an object");
  CHECK(described({Value::Null{}}) == "null");
  CHECK(described({Value::Bytes{}}) == "bytes");
}

TEST_CASE("numbers are shown as JavaScript shows them", "[validate]") {
  CHECK(number_text(0) == "0");
  CHECK(number_text(-0.0) == "0");
  CHECK(number_text(1.5) == "1.5");
  CHECK(number_text(3'600'001) == "3600001");
  CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "NaN");
  CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-Infinity");
}

TEST_CASE("a long text is cut between characters", "[validate]") {
  CHECK(in_quotes("aé", 2) == "\"a…\"");
  CHECK(in_quotes("aé", 3) == "\"aé\"");
  CHECK(in_quotes("\x7f") == "\"\\u007f\"");
  // Continuation bytes only: nothing to cut between.
  CHECK(in_quotes(std::string(300, '\x80'), 4) == "\"…\"");
}
