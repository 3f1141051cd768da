#pragma once

#include "core/stream/file_sink.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cloudops {

/// What one stream of an execution wrote beyond the limit. The file is made when the first of it comes. While it cannot
/// be made for want of descriptors or memory, what is to be in it waits here: no more should be read until it is.
///
/// Engine thread only; ends with its execution.
class OverflowFile {
 public:
  using Open = std::function<Expected<OpenedFile>()>;

  /// `open` makes the file, and may be called until it has; system and writer outlive this.
  OverflowFile(Open open, System& system, WriteBehind behind);

  void write(std::string_view bytes);
  /// It is still to be made: try_again() later.
  bool waits() const { return lack_.has_value(); }
  void try_again();

  /// As FileSink's. One that waits closes when it was made, or given up.
  void close(const FileSink::Done& done);
  void give_up(std::string why);

  /// Null when no file was made. After close() is done, or given up.
  const std::string* path() const { return file_ ? &file_->path() : nullptr; }
  /// Why it does not hold all.
  const std::optional<std::string>& error() const { return file_ ? file_->error() : error_; }

 private:
  Open open_;
  System& system_;
  WriteBehind behind_;
  std::unique_ptr<FileSink> file_;
  std::string waiting_;
  /// The sentence of the shortage for which it was not made yet.
  std::optional<std::string> lack_;
  std::optional<std::string> error_;
  FileSink::Done closed_;
};

}  // namespace cloudops
