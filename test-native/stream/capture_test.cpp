#include "core/stream/capture.hpp"
#include "core/stream/utf8.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <string>

using namespace cloudops;

namespace {

constexpr auto kOut = OutputStream::out;
constexpr auto kErr = OutputStream::err;
constexpr auto kTruncate = OversizedOutputStrategy::truncate_with_warning;
constexpr auto kToFile = OversizedOutputStrategy::stream_to_file;

}  // namespace

TEST_CASE("below the limit everything is kept and nobody warns", "[capture]") {
  BoundedCapture capture(10, kTruncate);
  CHECK(capture.take(kOut, "12345").kept == 5);
  CHECK(capture.take(kErr, "67890").rest.empty());
  CHECK_FALSE(capture.overflowed());
  CHECK(capture.truncation_warning(kOut).empty());
  CHECK(capture.kept(kErr) == "67890");
  const auto bytes = capture.release();
  CHECK(bytes.out == "12345");
  CHECK(bytes.err == "67890");
  CHECK(capture.written(kOut) == 5);
}

TEST_CASE("both streams share the limit, in the order read", "[capture]") {
  BoundedCapture capture(6, kTruncate);
  capture.take(kErr, "ab");
  const auto cut = capture.take(kOut, "12345678");
  CHECK(cut.kept == 4);
  CHECK(cut.rest == "5678");
  CHECK(capture.take(kErr, "c").rest == "c");
  CHECK(capture.take(kErr, "").rest.empty());
  CHECK(capture.kept(kOut) == "1234");
  CHECK(capture.kept(kErr) == "ab");
  CHECK(capture.written(kOut) == 8);
  CHECK(capture.written(kErr) == 3);
  CHECK(capture.overflowed(kErr));
}

TEST_CASE("the warning is one line with both numbers, for the stream that lost bytes", "[capture]") {
  BoundedCapture capture(6, kTruncate);
  capture.take(kErr, "ab");
  capture.take(kOut, "1234567890");
  CHECK(capture.truncation_warning(kOut) == "\n[output truncated: 6 of 12 bytes kept, stdout and stderr together]\n");
  CHECK(capture.truncation_warning(kErr).empty());

  BoundedCapture whole_lines(2, kTruncate);
  whole_lines.take(kOut, "a\nb\n");
  whole_lines.take(kErr, "x");
  CHECK(whole_lines.truncation_warning(kOut).starts_with("[output"));
  CHECK(whole_lines.truncation_warning(kErr).starts_with("[output"));

  BoundedCapture cut_character(4, kTruncate);
  cut_character.take(kOut, "a\n\xE2\x82\xAC");
  CHECK(cut_character.truncation_warning(kOut).starts_with("[output"));
}

TEST_CASE("what reached the limit has no room for more", "[capture]") {
  BoundedCapture capture(100'000, kTruncate);
  for (int i = 0; i < 30; ++i) capture.take(kOut, std::string(7'000, 'x'));
  const ByteBuffer kept = capture.release().out;
  CHECK(kept.size() == 100'000);
  CHECK(kept.capacity() == 100'000);
}

TEST_CASE("a limit of zero keeps nothing", "[capture]") {
  BoundedCapture capture(0, kTruncate);
  CHECK(capture.take(kOut, "x").rest == "x");
  CHECK(capture.kept(kOut).empty());
}

TEST_CASE("truncation keeps exactly the limit", "[capture]") {
  BoundedCapture capture(4, kTruncate);
  CHECK(capture.take(kOut, "ab\xE2\x82\xAC").carried.empty());
  CHECK(capture.kept(kOut) == "ab\xE2\x82");
}

TEST_CASE("a character cut by the limit moves to the overflow file as a whole", "[capture]") {
  BoundedCapture capture(4, kToFile);
  const auto first = capture.take(kOut, "ab\xE2\x82");
  CHECK(first.rest.empty());
  CHECK(first.carried.empty());
  const auto second = capture.take(kOut, "\xAC!");
  CHECK(second.carried == "\xE2\x82");
  CHECK(second.rest == "\xAC!");
  CHECK(capture.kept(kOut) == "ab");
  const auto third = capture.take(kErr, "err");
  CHECK(third.kept == 0);
  CHECK(third.rest == "err");
  CHECK(capture.take(kOut, "more").carried.empty());
}

TEST_CASE("kept and overflow together are every byte in order", "[capture]") {
  std::mt19937 random(5);
  const std::string alphabet = "ab\n\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xFF";
  for (int round = 0; round < 2'000; ++round) {
    const std::uint64_t limit = random() % 30;
    BoundedCapture capture(limit, kToFile);
    BoundedCapture truncating(limit, kTruncate);
    std::string written[2], overflow[2];
    for (int i = 0; i < 12; ++i) {
      const auto stream = random() % 2 == 0 ? kOut : kErr;
      std::string bytes;
      for (std::size_t size = random() % 7; bytes.size() < size;) bytes += alphabet[random() % alphabet.size()];
      const auto taken = capture.take(stream, bytes);
      truncating.take(stream, bytes);
      written[static_cast<int>(stream)] += bytes;
      overflow[static_cast<int>(stream)] += taken.carried;
      overflow[static_cast<int>(stream)] += taken.rest;
    }
    CHECK(truncating.kept(kOut).size() + truncating.kept(kErr).size() ==
          std::min<std::uint64_t>(limit, written[0].size() + written[1].size()));
    for (const auto stream : {kOut, kErr}) {
      const int i = static_cast<int>(stream);
      REQUIRE(std::string(capture.kept(stream)) + overflow[i] == written[i]);
      CHECK(capture.written(stream) == written[i].size());
      CHECK(capture.overflowed(stream) == !overflow[i].empty());
      REQUIRE(decode_utf8(capture.kept(stream)) + decode_utf8(overflow[i]) == decode_utf8(written[i]));
    }
  }
}

TEST_CASE("released bytes carry no spare capacity", "[capture]") {
  for (const std::size_t reads : {1, 5, 9, 10, 12, 15, 17, 20, 33, 140}) {
    BoundedCapture capture(1'000'000, kTruncate);
    for (std::size_t i = 0; i < reads; ++i) capture.take(kOut, std::string(7'000, 'x'));
    const auto bytes = capture.release();
    CHECK(bytes.out == std::string(reads * 7'000, 'x'));
    CHECK(bytes.out.capacity() == bytes.out.size());
    CHECK(bytes.err.capacity() == 0);
  }
}

TEST_CASE("what is counted counts as written, and as not kept", "[capture]") {
  BoundedCapture capture(4, OversizedOutputStrategy::truncate_with_warning);
  capture.take(OutputStream::out, "123");
  CHECK_FALSE(capture.full());
  capture.take(OutputStream::err, "4");
  CHECK(capture.full());
  CHECK_FALSE(capture.overflowed());
  capture.count(OutputStream::err, 7);
  CHECK(capture.overflowed(OutputStream::err));
  CHECK_FALSE(capture.overflowed(OutputStream::out));
  CHECK(capture.written(OutputStream::err) == 8);
  CHECK(capture.kept(OutputStream::err) == "4");
  CHECK(capture.truncation_warning(OutputStream::err).find("4 of 11") != std::string::npos);
}

TEST_CASE("without memory for more, what was kept until then is what is kept") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  WARN("not run: a sanitizer ends the process when it is asked for so much");
#else
  BoundedCapture capture(UINT64_MAX, OversizedOutputStrategy::truncate_with_warning);
  capture.take(kOut, "abc");
  // Nobody looks at these bytes.
  const std::string_view endless("", std::size_t{1} << 62);
  const auto taken = capture.take(kOut, endless);
  CHECK(taken.kept == 0);
  CHECK(taken.rest.size() == endless.size());
  CHECK(capture.short_of_memory());
  CHECK(capture.full());
  CHECK(capture.kept(kOut) == "abc");
  CHECK(capture.take(kErr, "more").kept == 0);
  CHECK_THAT(capture.truncation_warning(kOut), Catch::Matchers::Contains("3 of"));
#endif
}
