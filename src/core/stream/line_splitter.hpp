#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cloudops {

/// Lines on their way out; whoever sends them adds the execution, the number and the time.
struct OutputPiece {
  /// Valid UTF-8: `line_count` lines separated by '\n', with no '\n' after the last one.
  std::string text;
  std::uint32_t line_count = 1;
  /// The (only) line is a piece of a line that goes on with the next piece's first line.
  bool partial = false;
  /// Every byte of `text` is below 0x80.
  bool ascii = true;
  /// A byte that was not UTF-8 became U+FFFD.
  bool lossy = false;
};

/// Cuts one stream of one execution into lines.
///
/// Owns the bytes of the line that is still open: at most kMaxPieceBytes and one '\r'. Lives on the engine thread and
/// ends with its stream. Joining the lines of the pieces up to the first that is not partial gives each line, however
/// the bytes were cut on their way here.
class LineSplitter {
 public:
  /// Counted in bytes as the child wrote them; a longer line comes in pieces cut between characters. A chunk of whole
  /// lines holds no more than this either. U+FFFD is longer than what it replaces: `text` may be three times as long.
  static constexpr std::size_t kMaxPieceBytes = 65'536;

  LineSplitter() = default;
  LineSplitter(const LineSplitter&) = delete;
  LineSplitter& operator=(const LineSplitter&) = delete;

  /// Takes all of `bytes` and calls `sink(OutputPiece&&)` for what is ready, in order.
  template <class Sink>
  void feed(std::string_view bytes, Sink&& sink) {
    while (auto piece = next(bytes)) sink(std::move(*piece));
  }

  /// Delivers what the open line has so far as a partial piece: a prompt, a progress bar. Calls `sink` at most once,
  /// and not at all when nothing new came. A trailing '\r' and an unfinished character wait for what follows.
  template <class Sink>
  void flush_open(Sink&& sink) {
    if (auto piece = take_open()) sink(std::move(*piece));
  }

  /// The stream ended: the open line is delivered as complete; an empty one only if pieces of it went out.
  template <class Sink>
  void finish(Sink&& sink) {
    while (auto piece = take_last()) sink(std::move(*piece));
  }

  /// flush_open would deliver something.
  bool has_open_line() const { return flushable() > 0; }
  /// finish would deliver something.
  bool is_unfinished() const { return mid_line_ || !open_.empty(); }

 private:
  enum class End { newline, cut, end_of_stream };
  struct Cut {
    /// Bytes used up; 0: more are needed to decide.
    std::size_t taken = 0;
    /// Of those, how many are text.
    std::size_t text = 0;
    End end = End::newline;
  };

  static Cut find_cut(std::string_view bytes);
  /// The next piece out of the open line and `bytes`, whose used part is removed; absent once all are used.
  std::optional<OutputPiece> next(std::string_view& bytes);
  std::optional<OutputPiece> next_after_open(std::string_view& bytes);
  std::optional<OutputPiece> take_open();
  std::optional<OutputPiece> take_last();
  std::size_t flushable() const;
  OutputPiece make_piece(std::string text, End end);

  /// What was not delivered yet of the line that has not ended.
  std::string open_;
  /// A piece of the open line was delivered.
  bool mid_line_ = false;
};

}  // namespace cloudops
