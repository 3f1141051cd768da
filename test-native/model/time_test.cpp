#include "core/model/time.hpp"

#include <catch2/catch.hpp>

using namespace cloudops;
using std::chrono::microseconds;

TEST_CASE("a duration reads as humantime prints it") {
  CHECK(to_humantime(microseconds(0)) == "0s");
  CHECK(to_humantime(microseconds(999)) == "0s");
  CHECK(to_humantime(microseconds(1'999)) == "1ms");
  CHECK(to_humantime(std::chrono::milliseconds(2'500)) == "2s 500ms");
  CHECK(to_humantime(std::chrono::seconds(60)) == "1m");
  CHECK(to_humantime(std::chrono::minutes(63)) == "1h 3m");
  CHECK(to_humantime(std::chrono::hours(24)) == "1day");
  CHECK(to_humantime(std::chrono::hours(49) + std::chrono::milliseconds(7)) == "2days 1h 7ms");
}

TEST_CASE("a time reads as RFC 3339 in UTC with milliseconds") {
  CHECK(to_rfc3339(WallTime(microseconds(0))) == "1970-01-01T00:00:00.000Z");
  CHECK(to_rfc3339(WallTime(microseconds(1'769'850'307'042'999))) == "2026-01-31T09:05:07.042Z");
  CHECK(to_rfc3339(WallTime(microseconds(951'782'400'000'000))) == "2000-02-29T00:00:00.000Z");
  CHECK(to_rfc3339(WallTime(microseconds(1'798'761'599'999'000))) == "2026-12-31T23:59:59.999Z");
  // Rounded down on both sides of the epoch.
  CHECK(to_rfc3339(WallTime(microseconds(-1))) == "1969-12-31T23:59:59.999Z");
}
