#include "core/stream/file_sink.hpp"

#include "scratch_dir.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

using namespace cloudops;
using namespace cloudops::test;
using Catch::Matchers::Contains;

namespace {

OpenedFile opened(const std::string& path) {
  auto file = open_log_at(path);
  REQUIRE(file.has_value());
  return std::move(*file);
}

/// A disk with moods: every other call is interrupted, none takes more than `most` bytes, and after `room` bytes it is
/// full until it is given room again.
class MoodySystem : public System {
 public:
  ssize_t write_both(int fd, std::string_view first, std::string_view second) override {
    if (++calls % 2 == 1) return -EINTR;
    if (room == 0) return -ENOSPC;
    const std::size_t size = std::min(most, room);
    first = first.substr(0, size);
    const ssize_t count = System::write_both(fd, first, second.substr(0, size - first.size()));
    room -= static_cast<std::size_t>(count);
    return count;
  }
  std::size_t calls = 0;
  std::size_t most = 1'000;
  std::size_t room = 1'000'000;
};

class CountingSystem : public System {
 public:
  ssize_t write_both(int fd, std::string_view first, std::string_view second) override {
    ++calls;
    return System::write_both(fd, first, second);
  }
  std::size_t calls = 0;
};

}  // namespace

TEST_CASE("small writes wait for a full buffer, a flush or the end", "[file_sink]") {
  const ScratchDir scratch;
  CountingSystem system;
  FileSink sink(opened(scratch / "f"), system);
  for (int i = 0; i < 100; ++i) sink.write("line\n");
  CHECK(system.calls == 0);
  sink.flush();
  CHECK(system.calls == 1);
  CHECK(read_all(scratch / "f").size() == 500);
  sink.flush();
  CHECK(system.calls == 1);
  sink.write("last");
  sink.close();
  sink.close();
  CHECK(read_all(scratch / "f").ends_with("line\nlast"));
  CHECK(sink.path() == scratch / "f");
  CHECK_FALSE(sink.error());
}

TEST_CASE("what is large arrives complete and in order, in whole blocks, by one call with what waited before it",
          "[file_sink]") {
  const ScratchDir scratch;
  CountingSystem system;
  std::string expected;
  {
    FileSink sink(opened(scratch / "f"), system);
    std::size_t blocks = 0;
    std::size_t calls = 0;
    for (std::size_t i = 0; i < 80; ++i) {
      const std::string block(i * 997 + i * i * 31, static_cast<char>('a' + i % 26));
      expected += block;
      sink.write(block);
      if (expected.size() / FileSink::kBlockBytes > blocks) {
        blocks = expected.size() / FileSink::kBlockBytes;
        ++calls;
        CHECK(std::filesystem::file_size(scratch / "f") == blocks * FileSink::kBlockBytes);
      }
      if (i != 60) continue;
      // Whoever reads the log meanwhile leaves it in the middle of a block; the next write ends that.
      sink.flush();
      ++calls;
      CHECK(std::filesystem::file_size(scratch / "f") == expected.size());
    }
    CHECK(system.calls == calls);
  }
  CHECK(read_all(scratch / "f") == expected);
}

TEST_CASE("interrupted and partial writes are continued", "[file_sink]") {
  const ScratchDir scratch;
  MoodySystem system;
  FileSink sink(opened(scratch / "f"), system);
  const std::string text = std::string(70'000, 'x') + std::string(70'000, 'y');
  sink.write(text);
  sink.close();
  CHECK_FALSE(sink.error());
  CHECK(read_all(scratch / "f") == text);
}

TEST_CASE("a full disk ends the file for good, with a sentence", "[file_sink]") {
  const ScratchDir scratch;
  MoodySystem system;
  system.room = 1'500;
  FileSink sink(opened(scratch / "f"), system);
  sink.write(std::string(3'000, 'x'));
  CHECK_FALSE(sink.error());
  sink.flush();
  REQUIRE(sink.error());
  CHECK_THAT(*sink.error(), Contains(scratch / "f") && Contains("No space left on device (ENOSPC)"));

  system.room = 1'000'000;
  const std::size_t calls = system.calls;
  sink.write(std::string(100'000, 'y'));
  sink.close();
  CHECK(system.calls == calls);
  CHECK(sink.error());
  CHECK(read_all(scratch / "f") == std::string(1'500, 'x'));
}
