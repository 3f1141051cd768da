#include "core/stream/byte_scan.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace cloudops {
namespace {

// The compilers' portable vectors: one SSE2 or NEON register, without a file per architecture. What they cannot say,
// a bit per byte, is told to each architecture in its own words.
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

/// Bit i stands for byte i of a block.
#if defined(__SSE2__)
std::uint64_t newlines_in_block(const char* block) {
  const __m128i newline = _mm_set1_epi8('\n');
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < kBlock / kVector; ++i) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + i * kVector));
    const auto found = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, newline)));
    bits |= std::uint64_t{found} << (i * kVector);
  }
  return bits;
}
#elif defined(__aarch64__)
std::uint64_t newlines_in_block(const char* block) {
  const uint8x16_t newline = vdupq_n_u8('\n');
  const uint8x16_t place = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
  const auto found = [&](std::size_t i) {
    const uint8x16_t bytes = vld1q_u8(reinterpret_cast<const std::uint8_t*>(block) + i * kVector);
    return vandq_u8(vceqq_u8(bytes, newline), place);
  };
  // Adding neighbours, three times over, brings the bits of eight bytes into one.
  uint8x16_t sum = vpaddq_u8(vpaddq_u8(found(0), found(1)), vpaddq_u8(found(2), found(3)));
  sum = vpaddq_u8(sum, sum);
  return vgetq_lane_u64(vreinterpretq_u64_u8(sum), 0);
}
#else
std::uint64_t newlines_in_block(const char* block) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < kBlock; ++i) bits |= std::uint64_t{block[i] == '\n'} << i;
  return bits;
}
#endif

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
  std::size_t found = 0;
  std::size_t at = 0;
  for (; text.size() - at >= kBlock && found < count; at += kBlock)
    for (std::uint64_t bits = newlines_in_block(text.data() + at); bits != 0 && found < count; bits &= bits - 1)
      positions[found++] = static_cast<std::uint16_t>(at + static_cast<std::size_t>(std::countr_zero(bits)));
  for (; found < count; ++at)
    if (text[at] == '\n') positions[found++] = static_cast<std::uint16_t>(at);
  return positions;
}

std::size_t find_last_byte(std::string_view bytes, char byte) {
  if (bytes.empty()) return std::string_view::npos;
  const void* found = ::memrchr(bytes.data(), byte, bytes.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
}

}  // namespace cloudops
