#include "core/stream/byte_scan.hpp"

#include <cstdint>
#include <cstring>

namespace cloudops {
namespace {

// The compilers' portable vectors: one SSE2 or NEON register, without a file per architecture.
using Vector = std::uint8_t __attribute__((vector_size(16)));
constexpr std::size_t kVector = sizeof(Vector);
constexpr std::size_t kBlock = 4 * kVector;
// A lane counts at most 4 newlines per block and must not pass 255.
constexpr std::size_t kBlocksPerCount = 63;

Vector load(const char* from) {
  Vector vector;
  std::memcpy(&vector, from, kVector);
  return vector;
}

Vector splat(std::uint8_t byte) { return Vector{} + byte; }

// A lane that matches is 0xff, which is -1: subtracting it counts one.
Vector matches(Vector bytes, Vector wanted) { return (Vector)(bytes == wanted); }

bool any_bit(Vector vector, std::uint8_t bits) {
  std::uint8_t all = 0;
  for (std::size_t i = 0; i < kVector; ++i) all = static_cast<std::uint8_t>(all | vector[i]);
  return (all & bits) != 0;
}

}  // namespace

ByteScan scan_bytes(std::string_view bytes) {
  ByteScan scan;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  const Vector newline = splat('\n');
  const Vector carriage_return = splat('\r');
  Vector seen{};
  Vector returns{};

  while (left >= kBlock) {
    Vector counts{};
    for (std::size_t block = 0; block < kBlocksPerCount && left >= kBlock; ++block, at += kBlock, left -= kBlock) {
      const Vector a = load(at), b = load(at + kVector), c = load(at + 2 * kVector), d = load(at + 3 * kVector);
      seen |= a | b | c | d;
      counts -= matches(a, newline) + matches(b, newline) + matches(c, newline) + matches(d, newline);
      returns |= matches(a, carriage_return) | matches(b, carriage_return) | matches(c, carriage_return) |
                 matches(d, carriage_return);
    }
    for (std::size_t i = 0; i < kVector; ++i) scan.newlines += counts[i];
  }

  std::uint8_t rest = 0;
  for (; left > 0; ++at, --left) {
    rest = static_cast<std::uint8_t>(rest | static_cast<std::uint8_t>(*at));
    scan.newlines += *at == '\n';
    scan.carriage_returns |= *at == '\r';
  }
  scan.ascii = rest < 0x80 && !any_bit(seen, 0x80);
  scan.carriage_returns |= any_bit(returns, 0xff);
  return scan;
}

std::vector<std::uint16_t> newline_positions(std::string_view text, std::size_t count) {
  std::vector<std::uint16_t> positions(count);
  const char* at = text.data();
  const char* const end = at + text.size();
  for (auto& position : positions) {
    const char* const newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    position = static_cast<std::uint16_t>(newline - text.data());
    at = newline + 1;
  }
  return positions;
}

std::size_t find_last_byte(std::string_view bytes, char byte) {
  if (bytes.empty()) return std::string_view::npos;
  const void* found = ::memrchr(bytes.data(), byte, bytes.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
}

}  // namespace cloudops
