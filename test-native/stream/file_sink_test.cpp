#include "core/stream/file_sink.hpp"

#include "scratch_dir.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>

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
  ssize_t write(int fd, const void* data, std::size_t size) override {
    if (++calls % 2 == 1) return -EINTR;
    if (room == 0) return -ENOSPC;
    const ssize_t count = System::write(fd, data, std::min({size, most, room}));
    room -= static_cast<std::size_t>(count);
    return count;
  }
  std::size_t calls = 0;
  std::size_t most = 1'000;
  std::size_t room = 1'000'000;
};

class CountingSystem : public System {
 public:
  ssize_t write(int fd, const void* data, std::size_t size) override {
    ++calls;
    return System::write(fd, data, size);
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

TEST_CASE("what is large arrives complete and in order, and the buffer stays small", "[file_sink]") {
  const ScratchDir scratch;
  CountingSystem system;
  std::string expected;
  {
    FileSink sink(opened(scratch / "f"), system);
    for (std::size_t i = 0; i < 40; ++i) {
      const std::string block(i * 997 + i * i * 31, static_cast<char>('a' + i % 26));
      expected += block;
      sink.write(block);
    }
    CHECK(system.calls == expected.size() / FileSink::kBufferBytes);
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
