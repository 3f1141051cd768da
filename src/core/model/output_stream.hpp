#pragma once

#include <cstdint>

namespace cloudops {

enum class OutputStream : std::uint8_t { out, err };
inline OutputStream other(OutputStream stream) {
  return stream == OutputStream::out ? OutputStream::err : OutputStream::out;
}
/// "stdout" or "stderr".
inline const char* to_string(OutputStream stream) { return stream == OutputStream::out ? "stdout" : "stderr"; }

}  // namespace cloudops
