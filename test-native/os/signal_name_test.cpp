#include "core/os/signal_name.hpp"

#include <catch2/catch.hpp>

#include <cstring>
#include <string>

using namespace cloudops;

TEST_CASE("a signal has the name that the C library knows it by") {
  for (int signal = 1; signal < 32; ++signal) {
    const char* known = ::sigabbrev_np(signal);
    if (known == nullptr) continue;
    // The same number under its other name.
    const std::string expected = std::string(known) == "POLL" ? "SIGIO" : "SIG" + std::string(known);
    CHECK(signal_name(signal) == expected);
  }
}

TEST_CASE("a signal without a name has its number") {
  CHECK(signal_name(42) == "SIG42");
  CHECK(signal_name(0) == "SIG0");
}
