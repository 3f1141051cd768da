#include "core/stream/byte_scan.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace cloudops;

TEST_CASE("the scan finds what a plain loop finds, at every size and offset", "[byte_scan]") {
  std::mt19937 random(3);
  for (std::size_t size = 0; size < 400; ++size) {
    std::string text(size, 'x');
    for (char& byte : text)
      if (random() % 8 == 0) byte = "\n\n\n\r\xC3"[random() % (size % 5 + 1)];
    const std::string_view view = std::string_view(text).substr(std::min<std::size_t>(size, random() % 17));
    const ByteScan scan = scan_bytes(view);
    CHECK(scan.newlines == static_cast<std::size_t>(std::count(view.begin(), view.end(), '\n')));
    CHECK(scan.carriage_returns == (view.find('\r') != view.npos));
    CHECK(scan.ascii == (view.find('\xC3') == view.npos));
    CHECK(find_last_byte(view, '\n') == view.rfind('\n'));
  }
}

TEST_CASE("newlines are told by their places, at every size and offset", "[byte_scan]") {
  std::mt19937 random(5);
  for (std::size_t size = 0; size < 400; ++size) {
    std::string text(size, 'x');
    for (char& byte : text)
      if (random() % (1 + size % 9) == 0) byte = '\n';
    const std::string_view view = std::string_view(text).substr(std::min<std::size_t>(size, random() % 17));
    std::vector<std::uint16_t> expected;
    for (std::size_t at = 0; at < view.size(); ++at)
      if (view[at] == '\n') expected.push_back(static_cast<std::uint16_t>(at));
    CHECK(newline_positions(view, expected.size()) == expected);
  }
  CHECK(newline_positions(std::string(65'536, '\n'), 65'536).back() == 65'535);
}

TEST_CASE("a long run of newlines does not overflow the counters", "[byte_scan]") {
  CHECK(scan_bytes(std::string(1'000'000, '\n')).newlines == 1'000'000);
}

TEST_CASE("one byte that stands out is seen wherever it stands", "[byte_scan]") {
  for (std::size_t at = 0; at < 200; ++at) {
    std::string text(200, 'x');
    text[at] = '\r';
    CHECK(scan_bytes(text).carriage_returns);
    text[at] = '\x80';
    CHECK_FALSE(scan_bytes(text).ascii);
    CHECK_FALSE(scan_bytes(text).carriage_returns);
  }
}
