#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace cloudops::fuzz {

/// What the fuzzer may not find a way around; ends the process, so that libFuzzer keeps the input.
inline void require(bool fact, const char* what) {
  if (fact) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace cloudops::fuzz
