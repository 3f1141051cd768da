#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cloudops {

/// The first line of a script: `#! interpreter [one argument]`.
struct Shebang {
  std::string interpreter;
  /// All that follows the interpreter, blanks inside included, as the kernel passes it.
  std::optional<std::string> argument;
};

/// Bytes of a script that the kernel looks at.
inline constexpr std::size_t shebang_size = 255;

/// Reads the beginning of a script as the kernel does: only the first shebang_size bytes count, blanks around the parts
/// are dropped. A carriage return at the line's end, which the kernel would make a part of the name, is dropped too.
/// Absent when there is no such line, it names nothing, or the name does not end within those bytes.
std::optional<Shebang> parse_shebang(std::string_view beginning);

}  // namespace cloudops
