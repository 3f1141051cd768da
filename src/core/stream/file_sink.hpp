#pragma once

#include "core/os/system.hpp"
#include "core/stream/delivery_credit.hpp"
#include "core/stream/file_writer.hpp"
#include "core/stream/private_file.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cloudops {

/// How files are written on another thread while their command goes on.
struct WriteBehind {
  FileWriter* writer = nullptr;
  /// What the writer has not written yet counts against it.
  std::shared_ptr<DeliveryCredit> credit;
  /// The credit, exhausted before, is not any more. On the engine thread, at any time, even when the sink is gone.
  std::function<void()> go_on;
};

/// Appends bytes to a file in whole blocks of it: a chatty child does not cost a system call per line, and the kernel
/// keeps each block in one piece of memory (ext4, XFS; Linux 6.16), at two thirds of the cost. Less than a block is
/// written by the engine thread when the file is closed. With the first whole block the file goes over to the thread of
/// the FileWriter, if there is one.
///
/// Engine thread only; ends with its execution, and closes the file, but only `close` lets the caller see what went
/// wrong last. The first failure is final: it is kept as a sentence, and what is written after it goes nowhere, because
/// a file with a hole in the middle would be worse than one that just ends.
class FileSink {
 public:
  static constexpr std::size_t kBlockBytes = 262'144;
  using Done = std::function<void()>;

  /// Without a writer in `behind` all is written by the calling thread.
  explicit FileSink(OpenedFile file, System& system = real_system(), WriteBehind behind = {});
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink();

  void write(std::string_view bytes);
  /// Hands what is buffered to the kernel, for whoever reads the file while it grows. `done` is called when that is
  /// done: during the call, or later on the engine thread.
  void flush(const Done& done);
  /// Flushes and closes; `done` as for flush(). Once only; nothing may be written afterwards.
  void close(const Done& done);
  /// The end of close() is not waited for any longer: what is not written yet is lost.
  void give_up(std::string why);

  const std::string& path() const;
  /// `cannot write the file "…": No space left on device (ENOSPC)`; absent while all went well. To be asked after
  /// close() is done, or given up.
  const std::optional<std::string>& error() const;

 private:
  struct File;
  void put();

  /// The writer's thread works on it, once it has been sent there.
  std::shared_ptr<File> file_;
  WriteBehind behind_;
  bool sent_ = false;
  bool closed_ = false;
  std::string buffer_;
  /// Bytes that have left the buffer.
  std::uint64_t written_ = 0;
  std::optional<std::string> given_up_;
};

}  // namespace cloudops
