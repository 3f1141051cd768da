#pragma once

#include "core/os/system.hpp"
#include "core/stream/private_file.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cloudops {

/// Appends bytes to a file through a buffer, so that a chatty child does not cost a system call per line. Of what fills
/// it the most is not copied into it: it is written right behind what waits there, by the same call. Blocks of the file
/// are written whole: the kernel then keeps each in one piece of memory (ext4, XFS; Linux 6.16), at two thirds of the
/// cost.
///
/// Owns the descriptor. Lives on the engine thread and ends with its execution; the destructor closes, but only `close`
/// lets the caller see what went wrong last. The first failure is final: it is kept as a sentence, and what is written
/// after it goes nowhere, because a file with a hole in the middle would be worse than one that just ends.
class FileSink {
 public:
  static constexpr std::size_t kBlockBytes = 65'536;

  explicit FileSink(OpenedFile file, System& system = real_system());
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink();

  void write(std::string_view bytes);
  /// Hands what is buffered to the kernel: for whoever reads the file while it grows.
  void flush() { flush_with({}); }
  /// Flushes and closes. Harmless when repeated; nothing may be written afterwards.
  void close();

  const std::string& path() const { return path_; }
  /// `cannot write the file "…": No space left on device (ENOSPC)`; absent while all went well.
  const std::optional<std::string>& error() const { return error_; }

 private:
  void flush_with(std::string_view bytes);
  void fail(int error);

  System& system_;
  UniqueFd fd_;
  const std::string path_;
  std::string buffer_;
  /// Bytes handed to the kernel.
  std::uint64_t written_ = 0;
  std::optional<std::string> error_;
};

}  // namespace cloudops
