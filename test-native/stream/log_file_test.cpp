#include "core/stream/log_file.hpp"

#include "scratch_dir.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>
#include <random>

using namespace cloudops;
using namespace cloudops::test;

namespace {

constexpr auto kOut = OutputStream::out;
constexpr auto kErr = OutputStream::err;

/// A log with a line splitter per stream before it, as an execution has.
struct Log {
  ScratchDir scratch;
  std::string path = scratch / "x.log";
  LogFile file{std::move(open_log_at(path).value())};
  LineSplitter splitters[2];

  auto sink(OutputStream stream) {
    return [this, stream](OutputPiece&& piece) { file.write(stream, piece); };
  }
  LineSplitter& splitter(OutputStream stream) { return splitters[static_cast<int>(stream)]; }
  void print(OutputStream stream, std::string_view bytes) { splitter(stream).feed(bytes, sink(stream)); }
  void pause(OutputStream stream) { splitter(stream).flush_open(sink(stream)); }
  std::string now() {
    file.flush([] {});
    return read_all(path);
  }
  std::string end() {
    for (const auto stream : {kOut, kErr}) splitter(stream).finish(sink(stream));
    file.close([] {});
    return read_all(path);
  }
};

}  // namespace

TEST_CASE("lines of both streams are logged as they came", "[log_file]") {
  Log log;
  log.print(kOut, "one\ntwo\n");
  log.print(kErr, "oops\n");
  log.print(kOut, "three\nfour");
  CHECK(log.now() == "one\ntwo\noops\nthree\n");
  CHECK(log.end() == "one\ntwo\noops\nthree\nfour\n");
  CHECK_FALSE(log.file.error());
  CHECK(log.file.path() == log.path);
}

TEST_CASE("a line that waits for its end is not broken by the other stream", "[log_file]") {
  Log log;
  log.print(kOut, "half");
  log.pause(kOut);
  log.print(kErr, "warning\nerr-half");
  log.pause(kErr);
  CHECK(log.now() == "warning\n");
  log.print(kOut, " done\nnext\n");
  CHECK(log.now() == "warning\nhalf done\nnext\n");
  CHECK(log.end() == "warning\nhalf done\nnext\nerr-half\n");
}

TEST_CASE("a long line of the only active stream stays one line", "[log_file]") {
  Log log;
  const std::string line(1'000'000, 'x');
  log.print(kOut, line);
  CHECK(log.now().size() > 900'000);
  log.print(kOut, "\nnext\n");
  CHECK(log.end() == line + "\nnext\n");
}

TEST_CASE("lines of the other stream wait for a long line to end", "[log_file]") {
  Log log;
  const std::string line(200'000, 'x');
  log.print(kOut, line);
  log.print(kErr, "a\nb\nopen");
  log.pause(kErr);
  CHECK(log.now().find('\n') == std::string::npos);
  log.print(kOut, "\n");
  CHECK(log.now() == line + "\na\nb\n");
  log.print(kOut, "c\n");
  CHECK(log.end() == line + "\na\nb\nc\nopen\n");
}

TEST_CASE("a long line is broken rather than holding the other stream's lines without bound", "[log_file]") {
  Log log;
  log.print(kOut, std::string(200'000, 'x'));
  std::string lines;
  for (int i = 0; i < 2'000; ++i) lines += "this is line number " + std::to_string(i) + " of the other stream\n";
  log.print(kErr, lines);
  log.print(kOut, "yyy\n");
  const std::string text = log.end();
  CHECK(text.find("x\n" + lines) != std::string::npos);
  CHECK(
      text.ends_with("x"
                     "yyy\n"));
  CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), 'x')) == 200'000);
}

TEST_CASE("two long lines at once both arrive, and the log ends with a newline", "[log_file]") {
  Log log;
  for (int i = 0; i < 20; ++i) {
    log.print(kOut, std::string(20'000, 'x'));
    log.print(kErr, std::string(20'000, 'y'));
  }
  const std::string text = log.end();
  CHECK(std::count(text.begin(), text.end(), 'x') == 400'000);
  CHECK(std::count(text.begin(), text.end(), 'y') == 400'000);
  CHECK(text.find("xy") == std::string::npos);
  CHECK(text.find("yx") == std::string::npos);
  CHECK(text.ends_with('\n'));
}

TEST_CASE("every line that fits is whole in the log, once, in its stream's order", "[log_file]") {
  std::mt19937 random(17);
  for (int round = 0; round < 60; ++round) {
    Log log;
    std::string printed[2], expected[2];
    for (int i = 0; i < 40; ++i) {
      const int stream = static_cast<int>(random() % 2);
      std::string& text = printed[stream];
      const std::string bytes = std::string(random() % 5, stream == 0 ? 'o' : 'e') + (random() % 2 == 0 ? "\n" : "");
      text += bytes;
      log.print(static_cast<OutputStream>(stream), bytes);
      if (random() % 3 == 0) log.pause(static_cast<OutputStream>(stream));
    }
    for (int stream = 0; stream < 2; ++stream) {
      if (!printed[stream].empty() && !printed[stream].ends_with('\n')) printed[stream] += '\n';
      // Empty lines look the same in both streams, so they are left out of the comparison.
      for (const char byte : printed[stream])
        if (byte != '\n' || (!expected[stream].empty() && expected[stream].back() != '\n')) expected[stream] += byte;
    }
    std::string seen[2];
    const std::string text = log.end();
    for (std::size_t begin = 0; begin < text.size();) {
      const std::string line = text.substr(begin, text.find('\n', begin) + 1 - begin);
      begin += line.size();
      if (line.size() > 1) seen[line[0] == 'o' ? 0 : 1] += line;
    }
    REQUIRE(seen[0] == expected[0]);
    REQUIRE(seen[1] == expected[1]);
  }
}

TEST_CASE("a log that cannot be written says so", "[log_file]") {
  class FullDisk : public System {
   public:
    ssize_t write_file(int, std::string_view) override { return -ENOSPC; }
  };
  ScratchDir scratch;
  FullDisk disk;
  LogFile file(std::move(open_log_at(scratch / "x.log").value()), disk);
  OutputPiece piece;
  piece.text = "line";
  file.write(kOut, piece);
  CHECK_FALSE(file.error());
  file.close([] {});
  REQUIRE(file.error());
  CHECK_THAT(*file.error(), Catch::Matchers::Contains("ENOSPC"));
}
