#pragma once

#include "core/model/event.hpp"
#include "core/stream/file_sink.hpp"
#include "core/stream/line_splitter.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace cloudops {

/// The log of one execution: the lines of both streams in the order in which they ended, each whole, each with a
/// '\n', with no prefix or time: what the command printed.
///
/// Owns the file. Lives on the engine thread and ends with its execution. A line is written when it is complete; until
/// then it waits here, so that a line of the other stream goes before it, not into it. The wait is bounded: an open
/// line over kMaxHeldBytes goes into the file as it comes, and the other stream's lines wait instead; when they pass
/// kMaxHeldBytes too, the long line is broken with a '\n' and goes on after them.
class LogFile {
 public:
  static constexpr std::size_t kMaxHeldBytes = LineSplitter::kMaxPieceBytes;

  explicit LogFile(OpenedFile file, System& system = real_system(), WriteBehind behind = {})
      : sink_(std::move(file), system, std::move(behind)) {}
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  void write(OutputStream stream, const OutputPiece& piece);
  /// Makes what is written so far visible to readers of the file; `done` as for FileSink. Open lines keep waiting.
  void flush(const FileSink::Done& done) { sink_.flush(done); }
  /// Ends the lines that are still open, then flushes and closes; `done` as for FileSink.
  void close(const FileSink::Done& done);
  void give_up(std::string why) { sink_.give_up(std::move(why)); }

  const std::string& path() const { return sink_.path(); }
  /// Why the log is not complete; absent when all went well. To be asked as FileSink::error().
  const std::optional<std::string>& error() const { return sink_.error(); }

 private:
  std::string& held(OutputStream stream) { return held_[static_cast<std::size_t>(stream)]; }
  void release(OutputStream stream);
  void end_owned_line();

  FileSink sink_;
  /// The stream whose line the file ends in the middle of.
  std::optional<OutputStream> owner_;
  /// Per stream: lines that wait for the owner's line to end, then what there is of the open line.
  std::array<std::string, 2> held_;
};

}  // namespace cloudops
