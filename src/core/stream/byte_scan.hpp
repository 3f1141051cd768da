#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cloudops {

/// What one pass over a block of output finds out about it.
struct ByteScan {
  std::size_t newlines = 0;
  /// Every byte is below 0x80.
  bool ascii = true;
  bool carriage_returns = false;
};

/// Pure; any thread. Reads the block once, 64 bytes at a time.
ByteScan scan_bytes(std::string_view bytes);

/// The position of each '\n', of which there are `count`, in a text of at most 65,536 bytes.
std::vector<std::uint16_t> newline_positions(std::string_view text, std::size_t count);

/// The position of the last `byte`, or npos.
std::size_t find_last_byte(std::string_view bytes, char byte);

}  // namespace cloudops
