#include "core/text_of_result.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace cloudops;

namespace {

/// A result whose stdout wrote `written` bytes, of which these were kept.
ExecutionResult kept(std::string_view bytes, std::uint64_t written, std::string warning = "") {
  ExecutionResult result;
  result.out.kept = ByteBuffer(bytes);
  result.out.written = written;
  result.out.warning = std::move(warning);
  return result;
}

}  // namespace

TEST_CASE("valid text is not copied", "[result_text]") {
  for (const std::string bytes : {"plain", "caf\xC3\xA9", ""}) {
    const ExecutionResult result = kept(bytes, bytes.size());
    const ResultText text = text_of_result(result);
    CHECK(text.stdout_text.view() == bytes);
    CHECK(text.stdout_text.view().data() == result.out.kept.view().data());
    CHECK(text.stdout_text.ascii() == (bytes != "caf\xC3\xA9"));
    CHECK_FALSE(text.lossy);
  }
}

TEST_CASE("bytes that are known to be ASCII are taken as they are", "[result_text]") {
  // They are not, so that it shows whether they were looked at.
  ExecutionResult result = kept("caf\xC3\xA9", 5);
  result.out.ascii = true;
  CHECK(text_of_result(result).stdout_text.ascii());
}

TEST_CASE("a truncated stream loses the character that was cut, and gets its warning", "[result_text]") {
  const ExecutionResult ascii = kept("ab\xE2\x82", 5, "!\n");
  CHECK(text_of_result(ascii).stdout_text.view() == "ab!\n");
  CHECK(text_of_result(ascii).stdout_text.ascii());
  CHECK_FALSE(text_of_result(ascii).lossy);
  const ExecutionResult accented = kept("\xC3\xA9\xE2\x82", 5, "!\n");
  CHECK(text_of_result(accented).stdout_text.view() == "\xC3\xA9!\n");
  CHECK_FALSE(text_of_result(accented).stdout_text.ascii());
  CHECK_FALSE(text_of_result(accented).lossy);
}

TEST_CASE("what is no UTF-8 is replaced and said to be lossy", "[result_text]") {
  const ExecutionResult unfinished = kept("ab\xE2\x82", 4);
  CHECK(text_of_result(unfinished).stdout_text.view() == "ab\xEF\xBF\xBD");
  CHECK(text_of_result(unfinished).lossy);
  const ExecutionResult wrong = kept("ab\xFF", 9, "!");
  CHECK(text_of_result(wrong).stdout_text.view() == "ab\xEF\xBF\xBD!");
  CHECK(text_of_result(wrong).lossy);
}

TEST_CASE("a character that went on in the overflow file is not cut", "[result_text]") {
  ExecutionResult result = kept("ab\xE2\x82", 9);
  result.out.overflow_file = "/tmp/x";
  CHECK(text_of_result(result).lossy);
}
