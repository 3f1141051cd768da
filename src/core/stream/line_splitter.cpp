#include "core/stream/line_splitter.hpp"

#include "core/stream/byte_scan.hpp"
#include "core/stream/utf8.hpp"

#include <cstring>

namespace cloudops {
namespace {

constexpr std::size_t kMax = LineSplitter::kMaxPieceBytes;
/// The longest line that is one piece, with its "\r\n": no decision ever needs to see more.
constexpr std::size_t kWindow = kMax + 2;

/// Removes each '\r' that stands before a '\n', and one at the very end if a '\n' followed it there.
void drop_carriage_returns(std::string& text, bool newline_follows) {
  char* const begin = text.data();
  const std::size_t size = text.size();
  std::size_t kept = 0;
  std::size_t at = 0;
  while (at < size) {
    const void* found = std::memchr(begin + at, '\r', size - at);
    const std::size_t stop =
        found == nullptr ? size : static_cast<std::size_t>(static_cast<const char*>(found) - begin);
    if (kept != at) std::memmove(begin + kept, begin + at, stop - at);
    kept += stop - at;
    at = stop;
    if (at == size) break;
    const bool before_newline = at + 1 < size ? begin[at + 1] == '\n' : newline_follows;
    if (!before_newline) begin[kept++] = '\r';
    ++at;
  }
  text.resize(kept);
}

}  // namespace

LineSplitter::Cut LineSplitter::find_cut(std::string_view bytes) {
  const std::size_t newline = find_last_byte(bytes.substr(0, kMax + 1), '\n');
  if (newline != std::string_view::npos) return {newline + 1, newline, End::newline};
  if (bytes.size() <= kMax) return {};

  // More than kMax bytes without a newline: too long, unless the last one is the '\r' of a "\r\n".
  if (bytes[kMax] == '\r') {
    if (bytes.size() == kMax + 1) return {};
    if (bytes[kMax + 1] == '\n') return {kMax + 2, kMax + 1, End::newline};
  }
  const std::size_t text = kMax - incomplete_suffix(bytes.substr(0, kMax));
  return {text, text, End::cut};
}

std::optional<OutputPiece> LineSplitter::next(std::string_view& bytes) {
  if (bytes.empty()) return std::nullopt;
  if (!open_.empty()) return next_after_open(bytes);

  const Cut cut = find_cut(bytes);
  if (cut.taken == 0) {
    open_.assign(bytes);
    bytes = {};
    return std::nullopt;
  }
  std::string text(bytes.substr(0, cut.text));
  bytes.remove_prefix(cut.taken);
  return make_piece(std::move(text), cut.end);
}

std::optional<OutputPiece> LineSplitter::next_after_open(std::string_view& bytes) {
  // The open line grows into the chunk that is handed on, so its bytes and those that complete it are copied once.
  const std::size_t before = open_.size();
  std::string_view head = bytes.substr(0, kWindow - before);
  if (const std::size_t newline = find_last_byte(head, '\n'); newline != std::string_view::npos)
    head = head.substr(0, newline + 1);
  open_.append(head);

  const Cut cut = find_cut(open_);
  if (cut.taken == 0) {
    bytes.remove_prefix(head.size());
    return std::nullopt;
  }
  if (cut.taken < before) {
    std::string text = open_.substr(0, cut.text);
    open_ = open_.substr(cut.taken, before - cut.taken);
    return make_piece(std::move(text), cut.end);
  }
  bytes.remove_prefix(cut.taken - before);
  std::string text = std::exchange(open_, {});
  text.resize(cut.text);
  return make_piece(std::move(text), cut.end);
}

std::optional<OutputPiece> LineSplitter::take_open() {
  const std::size_t size = flushable();
  if (size == 0) return std::nullopt;
  std::string text = open_.substr(0, size);
  open_.erase(0, size);
  return make_piece(std::move(text), End::cut);
}

std::optional<OutputPiece> LineSplitter::take_last() {
  if (open_.empty() && !mid_line_) return std::nullopt;
  if (open_.size() <= kMax) return make_piece(std::exchange(open_, {}), End::end_of_stream);
  // The '\r' that waited for its '\n' turned out to be data, and made the line too long by one.
  const std::size_t size = kMax - incomplete_suffix(std::string_view(open_).substr(0, kMax));
  std::string text = open_.substr(0, size);
  open_.erase(0, size);
  return make_piece(std::move(text), End::cut);
}

std::size_t LineSplitter::flushable() const {
  if (open_.empty()) return 0;
  return open_.size() - (open_.back() == '\r' ? 1 : incomplete_suffix(open_));
}

OutputPiece LineSplitter::make_piece(std::string text, End end) {
  mid_line_ = end == End::cut;
  const ByteScan scan = scan_bytes(text);
  OutputPiece piece;
  piece.line_count = static_cast<std::uint32_t>(scan.newlines + 1);
  piece.partial = end == End::cut;
  piece.ascii = scan.ascii;
  if (scan.carriage_returns) drop_carriage_returns(text, end == End::newline);
  // '\n' is never part of a longer character, so repairing the whole text repairs each line by itself.
  if (!scan.ascii && !is_valid_utf8(text)) {
    text = decode_utf8(text);
    piece.lossy = true;
  }
  piece.text = std::move(text);
  return piece;
}

}  // namespace cloudops
