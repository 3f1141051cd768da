#include "core/validate/wording.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace cloudops {

std::string in_quotes(std::string_view text, std::size_t limit) {
  constexpr std::string_view digits = "0123456789abcdef";
  const bool cut = text.size() > limit;
  if (cut) {
    // Not in the middle of a UTF-8 sequence.
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    text = text.substr(0, limit);
  }
  std::string shown = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      shown += '\\';
      shown += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      shown += "\\u00";
      shown += digits[byte >> 4];
      shown += digits[byte & 15];
    } else {
      shown += c;
    }
  }
  if (cut) shown += "…";
  return shown + '"';
}

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  if (number == 0) return "0";
  std::array<char, 40> text{};
  // Whole numbers are spelled out as far as a double counts exactly, the rest in the shortest form.
  const bool whole = std::abs(number) <= 9'007'199'254'740'992.0 && number == std::trunc(number);
  const auto end = whole ? std::to_chars(text.data(), text.data() + text.size(), static_cast<long long>(number)).ptr
                         : std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string described(const Value& value) {
  const std::string name = type_name(value);
  if (value.is_absent() || value.as<Value::Bytes>()) return name;
  // A U begins like "you": a Uint8Array, a URL.
  constexpr std::string_view vowels = "aeioAEIO";
  return (!name.empty() && vowels.find(name.front()) != std::string_view::npos ? "an " : "a ") + name;
}

std::string listed(std::span<const std::string_view> words) {
  std::string text;
  for (const auto word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

}  // namespace cloudops
