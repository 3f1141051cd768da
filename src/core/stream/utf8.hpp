#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cloudops {

// Output is bytes; text is made of it here. All of it is pure: any thread, no state.

/// Every byte is below 0x80.
bool is_ascii(std::string_view bytes);

/// Shortest forms only, no surrogates, nothing above U+10FFFF, no unfinished character at the end.
bool is_valid_utf8(std::string_view bytes);

/// How many bytes at the end (0 to 3) begin a character that more bytes could still complete.
std::size_t incomplete_suffix(std::string_view bytes);

/// Each maximal subpart of an ill-formed sequence becomes one U+FFFD, as in WHATWG's decoder, so a result reads as
/// JavaScript's own TextDecoder would have read it.
std::string decode_utf8(std::string_view bytes);

}  // namespace cloudops
