#include "core/stream/utf8.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace cloudops;

namespace {

const std::string kFffd = "\xEF\xBF\xBD";

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("valid text passes unchanged", "[utf8]") {
  for (const std::string text :
       {"", "plain", "gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF",
        "\xED\x9F\xBF\xEE\x80\x80", "\x7F\xC2\x80", "\xDF\xBF\xE0\xA0\x80"}) {
    CHECK(decode_utf8(text) == text);
    CHECK(is_valid_utf8(text));
  }
  CHECK(decode_utf8(std::string("a\0b", 3)) == std::string("a\0b", 3));
}

TEST_CASE("each maximal subpart becomes one replacement character", "[utf8]") {
  // Unicode 15, table 3-8 and 3-9; and what TextDecoder makes of the same bytes.
  CHECK(decode_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41") == repeated(kFffd, 8) + "A");
  CHECK(decode_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41") == repeated(kFffd, 8) + "A");
  CHECK(decode_utf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42") == repeated(kFffd, 5) + "A" + repeated(kFffd, 2) + "B");
  CHECK(decode_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41") == repeated(kFffd, 4) + "A");
  CHECK(decode_utf8("\xF5\x80\x80\x80") == repeated(kFffd, 4));
  CHECK(decode_utf8("ok \xE2\x82") == "ok " + kFffd);
  CHECK(decode_utf8("\xE2\x82 ok") == kFffd + " ok");
  CHECK(decode_utf8("\xC3\xC3\xA9") == kFffd + "\xC3\xA9");
}

TEST_CASE("an incomplete suffix is one that could still become a character", "[utf8]") {
  CHECK(incomplete_suffix("") == 0);
  CHECK(incomplete_suffix("a") == 0);
  CHECK(incomplete_suffix("\xC3") == 1);
  CHECK(incomplete_suffix("a\xE2\x82") == 2);
  CHECK(incomplete_suffix("a\xF0\x9F\x98") == 3);
  CHECK(incomplete_suffix("\xF0\x9F\x98\x80") == 0);
  CHECK(incomplete_suffix("\xE2\x82\xAC") == 0);
  CHECK(incomplete_suffix("\xE2\x82\xAC\xE2") == 1);
  CHECK(incomplete_suffix("\xE0\x80") == 0);
  CHECK(incomplete_suffix("\xED\xA0") == 0);
  CHECK(incomplete_suffix("\xF4\x90") == 0);
  CHECK(incomplete_suffix("\xC1") == 0);
  CHECK(incomplete_suffix("\xFF") == 0);
  CHECK(incomplete_suffix("\x80\x80\x80\x80") == 0);
}

TEST_CASE("a byte above 0x7f is found wherever it stands", "[utf8]") {
  for (std::size_t size = 1; size < 150; ++size) {
    std::string text(size, 'x');
    CHECK(is_ascii(text));
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = '\x80';
      CHECK_FALSE(is_ascii(text));
      CHECK_FALSE(is_valid_utf8(text));
      text[at] = 'x';
    }
  }
}

TEST_CASE("decoding in two parts, cut before an incomplete suffix, is decoding at once", "[utf8]") {
  std::mt19937 random(7);
  const std::string alphabet = "a\x80\xBF\xC2\xC3\xE0\xE2\xA0\x82\xED\x9F\xF0\x90\xF4\x8F\xFF";
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes;
    for (std::size_t size = random() % 12; bytes.size() < size;) bytes += alphabet[random() % alphabet.size()];
    const std::string whole = decode_utf8(bytes);
    CHECK(is_valid_utf8(whole));
    CHECK((whole != bytes) == !is_valid_utf8(bytes));
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      const std::size_t at = cut - incomplete_suffix(bytes.substr(0, cut));
      CHECK(decode_utf8(bytes.substr(0, at)) + decode_utf8(bytes.substr(at)) == whole);
    }
  }
}
