// The line splitter and the UTF-8 decoder, against references that are as simple as can be: however the bytes are cut
// on their way, the joined pieces are the lines of the whole, decoded.

#include "core/stream/line_splitter.hpp"
#include "core/stream/utf8.hpp"
#include "fuzz.hpp"

#include <array>
#include <string>
#include <vector>

using namespace cloudops;
using namespace cloudops::fuzz;

namespace {

/// WHATWG's decoder, byte by byte, as the standard has it.
std::string reference_decode(std::string_view bytes) {
  std::string text;
  std::size_t start = 0;
  int needed = 0;
  unsigned char lower = 0x80;
  unsigned char upper = 0xbf;
  const auto replace = [&] {
    text += "\xef\xbf\xbd";
    needed = 0;
    lower = 0x80;
    upper = 0xbf;
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (needed > 0) {
      if (byte < lower || byte > upper) {
        replace();
        --i;
        continue;
      }
      lower = 0x80;
      upper = 0xbf;
      if (--needed == 0) text.append(bytes.substr(start, i + 1 - start));
      continue;
    }
    start = i;
    if (byte < 0x80)
      text += bytes[i];
    else if (byte >= 0xc2 && byte <= 0xdf)
      needed = 1;
    else if (byte >= 0xe0 && byte <= 0xef) {
      needed = 2;
      if (byte == 0xe0) lower = 0xa0;
      if (byte == 0xed) upper = 0x9f;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      needed = 3;
      if (byte == 0xf0) lower = 0x90;
      if (byte == 0xf4) upper = 0x8f;
    } else
      replace();
  }
  if (needed > 0) replace();
  return text;
}

std::vector<std::string> reference_lines(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(reference_decode(line));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return lines;
}

/// Joins the pieces again, as a reader of the events would.
class Reader {
 public:
  void operator()(OutputPiece&& piece) {
    require(is_valid_utf8(piece.text), "a piece is valid UTF-8");
    require(piece.text.size() <= 3 * LineSplitter::kMaxPieceBytes + 3, "a piece is bounded");
    require(piece.ascii == is_ascii(piece.text), "ascii says what the text is");
    require(!piece.partial || piece.line_count == 1, "a partial piece is of one line");
    std::string_view rest = piece.text;
    for (std::uint32_t left = piece.line_count; left > 0; --left) {
      const auto end = left == 1 ? std::string_view::npos : rest.find('\n');
      require(left == 1 || end != std::string_view::npos, "line_count lines");
      open_ += rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      if (piece.partial) return;
      lines.push_back(std::exchange(open_, {}));
    }
    require(rest.empty(), "no more lines than line_count");
  }
  void check_end() const { require(open_.empty(), "the last piece is not partial"); }

  std::vector<std::string> lines;

 private:
  std::string open_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::size_t step = data[0] * 5U + 1;
  const std::size_t flush_every = data[1];
  // A few inputs are made long, to reach the limit of one piece; they take a hundred times longer.
  std::string bytes(text_of(data + 3, size - 3));
  if (data[2] == 255 && !bytes.empty()) {
    const std::string once = bytes.substr(0, 64);
    while (bytes.size() < LineSplitter::kMaxPieceBytes + data[2]) bytes += once;
  }
  const std::size_t chunk = bytes.size() > 4096 ? 4096 + step * 131 : step;

  LineSplitter splitter;
  Reader reader;
  const auto sink = [&](OutputPiece&& piece) { reader(std::move(piece)); };
  std::size_t fed = 0;
  for (std::size_t at = 0; at < bytes.size(); at += chunk) {
    splitter.feed(std::string_view(bytes).substr(at, chunk), sink);
    if (flush_every != 0 && ++fed % flush_every == 0) splitter.flush_open(sink);
  }
  splitter.finish(sink);
  reader.check_end();
  require(reader.lines == reference_lines(bytes), "the lines are those of the whole");

  const std::string expected = reference_decode(bytes);
  require(decode_utf8(bytes) == expected, "decoded as the standard says");
  require(is_valid_utf8(bytes) == (expected == bytes), "valid is what needs no repair");
  return 0;
}
