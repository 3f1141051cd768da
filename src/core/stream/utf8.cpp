#include "core/stream/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace cloudops {
namespace {

using Byte = unsigned char;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;

std::uint64_t load_word(const char* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// What begins at a byte of 0x80 or above: a character, the maximal part of one that went wrong, or one that the
/// end of the bytes cut off.
struct Sequence {
  enum class Kind { character, broken, unfinished };
  Kind kind;
  std::size_t length;
};

Sequence sequence_at(std::string_view bytes, std::size_t at) {
  const auto lead = static_cast<Byte>(bytes[at]);
  if (lead < 0xC2 || lead > 0xF4) return {Sequence::Kind::broken, 1};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

  // Only the second byte's range depends on the lead: over-long forms, surrogates and values past U+10FFFF end here.
  Byte low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  Byte high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i == bytes.size()) return {Sequence::Kind::unfinished, i};
    const auto next = static_cast<Byte>(bytes[at + i]);
    if (next < low || next > high) return {Sequence::Kind::broken, i};
    low = 0x80;
    high = 0xBF;
  }
  return {Sequence::Kind::character, length};
}

/// How many bytes from `at` on are valid.
std::size_t valid_run(std::string_view bytes, std::size_t at) {
  const std::size_t begin = at;
  while (at < bytes.size()) {
    if (static_cast<Byte>(bytes[at]) < 0x80) {
      while (at + 8 <= bytes.size() && (load_word(bytes.data() + at) & kHighBits) == 0) at += 8;
      while (at < bytes.size() && static_cast<Byte>(bytes[at]) < 0x80) ++at;
      continue;
    }
    const Sequence sequence = sequence_at(bytes, at);
    if (sequence.kind != Sequence::Kind::character) break;
    at += sequence.length;
  }
  return at - begin;
}

}  // namespace

bool is_ascii(std::string_view bytes) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 64; at += 64, left -= 64) {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < 64; i += 8) seen |= load_word(at + i);
    if ((seen & kHighBits) != 0) return false;
  }
  for (; left > 0; ++at, --left)
    if (static_cast<Byte>(*at) >= 0x80) return false;
  return true;
}

bool is_valid_utf8(std::string_view bytes) { return valid_run(bytes, 0) == bytes.size(); }

std::size_t incomplete_suffix(std::string_view bytes) {
  for (std::size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    const std::size_t at = bytes.size() - back;
    const auto byte = static_cast<Byte>(bytes[at]);
    if (byte < 0x80) return 0;
    if (byte < 0xC0) continue;
    return sequence_at(bytes, at).kind == Sequence::Kind::unfinished ? back : 0;
  }
  return 0;
}

std::string decode_utf8(std::string_view bytes) {
  std::size_t at = valid_run(bytes, 0);
  std::string text(bytes.substr(0, at));
  while (at < bytes.size()) {
    at += sequence_at(bytes, at).length;
    text.append(kReplacement);
    const std::size_t run = valid_run(bytes, at);
    text.append(bytes.substr(at, run));
    at += run;
  }
  return text;
}

}  // namespace cloudops
