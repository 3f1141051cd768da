#pragma once

#include "core/model/result.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace cloudops {

/// The text of one stream: the result's own bytes where they need no change, so it must not outlive the result.
class StreamText {
 public:
  StreamText() = default;
  explicit StreamText(std::string text, bool ascii = false) : text_(std::move(text)), ascii_(ascii) {}
  static StreamText as_kept(std::string_view bytes, bool ascii) {
    StreamText text;
    text.text_ = bytes;
    text.ascii_ = ascii;
    return text;
  }

  /// Valid UTF-8.
  std::string_view view() const {
    return std::visit([](const auto& text) { return std::string_view(text); }, text_);
  }
  /// Known to hold nothing above 0x7F.
  bool ascii() const { return ascii_; }

 private:
  std::variant<std::string_view, std::string> text_;
  bool ascii_ = false;
};

/// What a result's `stdout` and `stderr` say: the bytes kept as valid UTF-8, with the warning of a truncated stream.
struct ResultText {
  StreamText stdout_text;
  StreamText stderr_text;
  /// A byte had to be replaced by U+FFFD.
  bool lossy = false;
};

/// Milliseconds, with microseconds behind the point.
inline double to_fractional_ms(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1000.0;
}

}  // namespace cloudops
