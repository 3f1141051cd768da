#include "core/model/error.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <set>
#include <string>

using namespace cloudops;

TEST_CASE("every error code and every kind has a name of its own") {
  std::set<std::string> codes;
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code)
    codes.emplace(to_string(static_cast<ErrorCode>(code)));
  CHECK(codes.size() == 15);
  CHECK(codes.count("CONCURRENCY_LIMIT_REACHED") == 1);

  std::set<std::string> kinds;
  for (int kind = 0; kind <= static_cast<int>(ValidationKind::invalid_plan); ++kind)
    kinds.emplace(to_string(static_cast<ValidationKind>(kind)));
  CHECK(kinds.size() == 10);
}

TEST_CASE("errno has its symbolic name, or its number") {
  CHECK(errno_name(ENOENT) == "ENOENT");
  CHECK(errno_name(EMFILE) == "EMFILE");
  CHECK(errno_name(ETXTBSY) == "ETXTBSY");
  CHECK(errno_name(4242) == "E4242");
}

TEST_CASE("asking a failure for its value is a bug and says what failed") {
  const Expected<int> failed = validation_error(ValidationKind::missing_field, "command", "command is missing");
  CHECK(failed.error().code == ErrorCode::validation);
  CHECK(failed.error().field == "command");
  CHECK_THROWS_AS(failed.value(), std::logic_error);
  CHECK_THROWS_WITH(failed.value(), "command is missing");
}
