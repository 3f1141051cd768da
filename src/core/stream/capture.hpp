#pragma once

#include "core/model/byte_buffer.hpp"
#include "core/model/config.hpp"
#include "core/model/event.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cloudops {

/// Keeps the first bytes of an execution's output, stdout and stderr together up to one limit, in the order read.
///
/// Owns the kept bytes until `release`. Lives on the engine thread and ends with its execution. Memory follows what was
/// printed, not the limit: most commands print little.
class BoundedCapture {
 public:
  /// What `take` did not keep. Concatenated, `carried` and `rest` go where the stream's overflow goes.
  struct Taken {
    /// Bytes of the argument that were kept.
    std::size_t kept = 0;
    /// Only with stream_to_file, at a stream's first overflow: the 0 to 3 bytes of a cut character, no longer kept, so
    /// that kept text and file each hold whole characters.
    std::string carried;
    /// The part of the argument that was not kept; it shares the argument's memory.
    std::string_view rest;
  };
  struct Bytes {
    ByteBuffer out;
    ByteBuffer err;
  };

  BoundedCapture(std::uint64_t limit, OversizedOutputStrategy strategy) : limit_(limit), strategy_(strategy) {}
  BoundedCapture(const BoundedCapture&) = delete;
  BoundedCapture& operator=(const BoundedCapture&) = delete;

  Taken take(OutputStream stream, std::string_view bytes);
  /// `size` more bytes of the stream, while `full`.
  void count(OutputStream stream, std::size_t size);
  /// Nothing more will be kept, of neither stream.
  bool full() const { return used_ == limit_; }

  std::string_view kept(OutputStream stream) const { return side(stream).kept; }
  /// Bytes the process wrote to the stream, kept or not.
  std::uint64_t written(OutputStream stream) const { return side(stream).written; }
  /// Something of this stream was not kept.
  bool overflowed(OutputStream stream) const { return side(stream).overflowed; }
  bool overflowed() const { return overflowed(OutputStream::out) || overflowed(OutputStream::err); }
  /// There was no memory for more: the limit has become what was kept until then.
  bool short_of_memory() const { return short_of_memory_; }

  /// One line that names the bytes kept and written, both streams together because they share the limit; it opens with
  /// a '\n' when the kept text does not end in one. Empty when all of this stream was kept. The strategy is not asked:
  /// with `stream_to_file` it is for the caller whose file failed. Call it before `release`.
  std::string truncation_warning(OutputStream stream) const;

  /// Moves the kept bytes out, without spare capacity. The counters stay.
  Bytes release();

 private:
  struct Side {
    ByteBuffer kept;
    std::uint64_t written = 0;
    bool overflowed = false;
  };
  bool make_room(ByteBuffer& kept, std::size_t more) const;
  Side& side(OutputStream stream) { return sides_[static_cast<std::size_t>(stream)]; }
  const Side& side(OutputStream stream) const { return sides_[static_cast<std::size_t>(stream)]; }

  std::uint64_t limit_;
  const OversizedOutputStrategy strategy_;
  /// Never goes down, not even for a carried character: once the limit was reached nothing more is kept, or the kept
  /// bytes would not be the first ones.
  std::uint64_t used_ = 0;
  bool short_of_memory_ = false;
  std::array<Side, 2> sides_;
};

}  // namespace cloudops
