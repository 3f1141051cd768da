#include "core/validate/suggestion.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace cloudops;

namespace {

constexpr std::string_view known[] = {"id", "env", "args", "program", "timeout_ms", "working_dir", "inherit_env"};

std::string near(std::string_view key) { return std::string(nearest_name(key, known).value_or("nothing")); }

}  // namespace

TEST_CASE("another spelling of a name is recognised", "[validate]") {
  CHECK(near("timeoutMs") == "timeout_ms");
  CHECK(near("TIMEOUT-MS") == "timeout_ms");
  CHECK(near("timeout") == "timeout_ms");
  CHECK(near("workingDir") == "working_dir");
  CHECK(near("inheritEnv") == "inherit_env");
}

TEST_CASE("a slip of the keyboard is recognised", "[validate]") {
  CHECK(near("progam") == "program");
  CHECK(near("evn") == "env");
  CHECK(near("arg") == "args");
}

TEST_CASE("what is far from every name gets no suggestion", "[validate]") {
  CHECK(near("cwd") == "nothing");
  CHECK(near("ip") == "nothing");
  CHECK(near("") == "nothing");
  CHECK(near(std::string(1'000'000, 'x')) == "nothing");
}
