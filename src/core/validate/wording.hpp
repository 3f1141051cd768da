#pragma once

#include "core/model/value.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace cloudops {

/// Bytes of a caller's text that a message repeats at most.
inline constexpr std::size_t max_shown = 128;

/// In double quotes, control characters escaped, cut after `limit` bytes.
std::string in_quotes(std::string_view text, std::size_t limit = max_shown);

/// As JavaScript prints it: "1.5", "NaN", "-Infinity".
std::string number_text(double number);

/// What a value is, for a sentence: "a string", "an array", "null". Never its content.
std::string described(const Value& value);

/// "a, b, c".
std::string listed(std::span<const std::string_view> words);

}  // namespace cloudops
