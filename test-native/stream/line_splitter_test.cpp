#include "core/stream/line_splitter.hpp"

#include "core/stream/byte_scan.hpp"
#include "core/stream/utf8.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace cloudops;

namespace {

constexpr std::size_t kMax = LineSplitter::kMaxPieceBytes;

/// A splitter with everything it delivered.
struct Splitter {
  LineSplitter splitter;
  std::vector<OutputPiece> pieces;

  auto sink() {
    return [this](OutputPiece&& piece) { pieces.push_back(std::move(piece)); };
  }
  Splitter& feed(std::string_view bytes) { return splitter.feed(bytes, sink()), *this; }
  Splitter& flush() { return splitter.flush_open(sink()), *this; }
  Splitter& finish() { return splitter.finish(sink()), *this; }

  /// "text" per piece, with "+" after a partial one.
  std::vector<std::string> seen() const {
    std::vector<std::string> all;
    for (const auto& piece : pieces) all.push_back(piece.text + (piece.partial ? "+" : ""));
    return all;
  }
};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != text.npos; begin = end + 1)
    lines.push_back(text.substr(begin, end - begin));
  lines.push_back(text.substr(begin));
  return lines;
}

/// As a consumer joins them: pieces up to the first that is not partial are one line.
std::vector<std::string> joined(const std::vector<OutputPiece>& pieces) {
  std::vector<std::string> lines;
  std::string open;
  for (const auto& piece : pieces) {
    if (piece.partial) {
      open += piece.text;
      continue;
    }
    for (const auto& line : split(piece.text)) lines.push_back(std::exchange(open, {}) + line);
  }
  CHECK(open.empty());
  return lines;
}

/// The contract's words, written down plainly.
std::vector<std::string> reference(const std::string& bytes) {
  std::vector<std::string> lines = split(bytes);
  const bool ended = lines.back().empty();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i + 1 < lines.size() && lines[i].ends_with('\r')) lines[i].pop_back();
    lines[i] = decode_utf8(lines[i]);
  }
  if (ended) lines.pop_back();
  return lines;
}

void check_consistent(const std::vector<OutputPiece>& pieces) {
  for (const auto& piece : pieces) {
    CHECK(is_valid_utf8(piece.text));
    CHECK(piece.ascii == is_ascii(piece.text));
    CHECK(piece.line_count == 1 + std::count(piece.text.begin(), piece.text.end(), '\n'));
    if (piece.partial) CHECK(piece.line_count == 1);
    if (!piece.lossy) CHECK(piece.text.size() <= kMax);
  }
}

using Seen = std::vector<std::string>;

}  // namespace

TEST_CASE("whole lines come as one chunk without the last newline", "[line_splitter]") {
  Splitter s;
  s.feed("a\nb\n\nc\n");
  CHECK(s.seen() == Seen{"a\nb\n\nc"});
  CHECK(s.pieces[0].line_count == 4);
  CHECK(s.pieces[0].ascii);
  s.finish();
  CHECK(s.pieces.size() == 1);
}

TEST_CASE("an open line waits, and goes out with the lines that follow it", "[line_splitter]") {
  Splitter s;
  CHECK(s.feed("he").pieces.empty());
  CHECK(s.splitter.has_open_line());
  CHECK(s.feed("llo\nworld\nx").seen() == Seen{"hello\nworld"});
  CHECK(s.finish().seen() == Seen{"hello\nworld", "x"});
  CHECK_FALSE(s.splitter.has_open_line());
}

TEST_CASE("only a carriage return directly before a newline is dropped", "[line_splitter]") {
  CHECK(Splitter().feed("a\r\nb\r\r\n\r\nc\rd\n").seen() == Seen{"a\nb\r\n\nc\rd"});
  CHECK(Splitter().feed("a\r").feed("\nb\r").feed("c\r").finish().seen() == Seen{"a", "b\rc\r"});
  CHECK(Splitter().feed("\r").finish().seen() == Seen{"\r"});
}

TEST_CASE("a stream that printed nothing, or only whole lines, ends without a line", "[line_splitter]") {
  CHECK(Splitter().finish().pieces.empty());
  CHECK(Splitter().feed("").finish().pieces.empty());
  CHECK(Splitter().feed("\n").finish().seen() == Seen{""});
}

TEST_CASE("a character split between reads stays whole, a broken one is replaced", "[line_splitter]") {
  CHECK(Splitter().feed("\xE2").feed("\x82").feed("\xAC\n").seen() == Seen{"\xE2\x82\xAC"});
  Splitter broken;
  broken.feed("fine\n").feed("a\xE2\x82\nb\n").feed("\xF0\x9F").finish();
  CHECK(broken.seen() == Seen{"fine", "a\xEF\xBF\xBD\nb", "\xEF\xBF\xBD"});
  CHECK_FALSE(broken.pieces[0].lossy);
  CHECK(broken.pieces[1].lossy);
  CHECK(broken.pieces[2].lossy);
}

TEST_CASE("a flushed prompt is partial, and its line ends with a piece that is not", "[line_splitter]") {
  Splitter s;
  s.feed("Name: ").flush();
  CHECK_FALSE(s.splitter.has_open_line());
  CHECK(s.flush().seen() == Seen{"Name: +"});
  CHECK(s.feed("Bob\nnext\n").seen() == Seen{"Name: +", "Bob\nnext"});
  CHECK_FALSE(s.pieces[1].partial);

  CHECK(Splitter().feed("x").flush().feed("\n").finish().seen() == Seen{"x+", ""});
  CHECK(Splitter().feed("x").flush().finish().seen() == Seen{"x+", ""});
  CHECK(Splitter().feed("x\n").flush().finish().seen() == Seen{"x"});
  CHECK(Splitter().flush().pieces.empty());
}

TEST_CASE("a flush holds back what the next byte decides", "[line_splitter]") {
  Splitter progress;
  progress.feed("50%\r").flush();
  CHECK_FALSE(progress.splitter.has_open_line());
  progress.flush().feed("60%\r").flush().feed("\n");
  CHECK(progress.seen() == Seen{"50%+", "\r60%+", ""});

  Splitter character;
  character.feed("a\xE2\x82").flush().flush().feed("\xAC").flush().finish();
  CHECK(character.seen() == Seen{"a+", "\xE2\x82\xAC+", ""});

  CHECK(Splitter().feed("\xE2").flush().finish().seen() == Seen{"\xEF\xBF\xBD"});
  CHECK(Splitter().feed("a\r").flush().finish().seen() == Seen{"a+", "\r"});
}

TEST_CASE("a line of exactly the limit is whole, one byte more makes pieces", "[line_splitter]") {
  const std::string full(kMax, 'x');
  for (const std::size_t step : {std::size_t{1'000'000}, kMax, kMax + 1, std::size_t{4'096}, std::size_t{7}}) {
    const auto run = [&](const std::string& bytes) {
      Splitter s;
      for (std::size_t at = 0; at < bytes.size(); at += step) s.feed(std::string_view(bytes).substr(at, step));
      return s.finish().seen();
    };
    CHECK(run(full + "\n") == Seen{full});
    CHECK(run(full + "\r\n") == Seen{full});
    CHECK(run(full) == Seen{full});
    CHECK(run(full + "\r") == Seen{full + "+", "\r"});
    CHECK(run(full + "y\n") == Seen{full + "+", "y"});
    CHECK(run(full + "\ry\n") == Seen{full + "+", "\ry"});
    CHECK(run(full + "\r\r\n") == Seen{full + "+", "\r"});
    CHECK(run(full + full + "\n") == Seen{full + "+", full});
    CHECK(run(full + full + full + "z") == Seen{full + "+", full + "+", full + "+", "z"});
    CHECK(run("ab\n" + full + "\r\nc\n") == Seen{"ab", full, "c"});
  }
}

TEST_CASE("a long line is cut between characters", "[line_splitter]") {
  const std::string text = std::string(kMax - 2, 'x') + "\xF0\x9F\x98\x80" + "end";
  CHECK(Splitter().feed(text + "\n").seen() == Seen{std::string(kMax - 2, 'x') + "+",
                                                    "\xF0\x9F\x98\x80"
                                                    "end"});
}

TEST_CASE("any bytes, cut and flushed anywhere, join to the same lines", "[line_splitter]") {
  std::mt19937 random(11);
  const std::string alphabet = "ab\n\n\r\r\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xFF";
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes;
    for (std::size_t size = random() % 60; bytes.size() < size;) bytes += alphabet[random() % alphabet.size()];
    Splitter s;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t step = 1 + random() % 9;
      s.feed(std::string_view(bytes).substr(at, step));
      if (random() % 3 == 0) s.flush();
      at += step;
    }
    s.finish();
    INFO("round " << round);
    check_consistent(s.pieces);
    REQUIRE(joined(s.pieces) == reference(bytes));
  }
}

TEST_CASE("long lines of any bytes join to the same lines, in the same pieces for every cut", "[line_splitter]") {
  std::mt19937 random(13);
  for (int round = 0; round < 12; ++round) {
    std::string bytes;
    const std::vector<std::string> units{"x", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\r", "\xE2\x82"};
    while (bytes.size() < 400'000) {
      const std::string& unit = units[random() % units.size()];
      const std::size_t near = kMax / unit.size() + 3 - random() % 6;
      for (std::size_t i = random() % 3 == 0 ? random() % 200 : near; i > 0; --i) bytes += unit;
      bytes += std::vector<std::string>{"\n", "\r\n", "", "\r"}[random() % 4];
    }
    std::vector<std::string> first;
    for (int cuts = 0; cuts < 3; ++cuts) {
      Splitter s;
      std::vector<std::string> long_pieces;
      for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t step = 1 + random() % (cuts == 0 ? 400'000 : 70'000);
        s.feed(std::string_view(bytes).substr(at, step));
        at += step;
      }
      s.finish();
      check_consistent(s.pieces);
      REQUIRE(joined(s.pieces) == reference(bytes));
      for (const auto& piece : s.pieces)
        if (piece.partial) long_pieces.push_back(piece.text);
      if (cuts == 0) first = long_pieces;
      CHECK(long_pieces == first);
    }
  }
}

TEST_CASE("what is held is bounded, whatever the child prints", "[line_splitter]") {
  LineSplitter splitter;
  const std::string block(10'000, 'x');
  std::size_t fed = 0, delivered = 0;
  for (int i = 0; i < 200; ++i) {
    fed += block.size();
    splitter.feed(block, [&](OutputPiece&& piece) { delivered += piece.text.size(); });
    REQUIRE(fed - delivered <= kMax + 1);
  }
}
