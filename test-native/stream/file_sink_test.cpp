#include "core/stream/file_sink.hpp"

#include "scratch_dir.hpp"
#include "slow_disk.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>

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
  ssize_t write_file(int fd, std::string_view bytes) override {
    if (++calls % 2 == 1) return -EINTR;
    if (room == 0) return -ENOSPC;
    const ssize_t count = System::write_file(fd, bytes.substr(0, std::min(most, room)));
    room -= static_cast<std::size_t>(count);
    return count;
  }
  std::size_t calls = 0;
  std::size_t most = 1'000;
  std::size_t room = 1'000'000;
};

class CountingSystem : public System {
 public:
  ssize_t write_file(int fd, std::string_view bytes) override {
    ++calls;
    return System::write_file(fd, bytes);
  }
  std::size_t calls = 0;
};

/// What an execution gives its files, with this thread as the engine's.
class Behind {
 public:
  WriteBehind of(FileWriter* writer) {
    return {writer, credit, [this] { ++gone_on; }};
  }
  void post(FileWriter::FollowUp follow_up) {
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(follow_up));
    changed_.notify_all();
  }
  void run_until(const std::function<bool()>& fact) {
    while (!fact()) {
      std::unique_lock lock(mutex_);
      REQUIRE(changed_.wait_for(lock, std::chrono::seconds(30), [this] { return !posted_.empty(); }));
      const auto next = std::move(posted_.front());
      posted_.pop_front();
      lock.unlock();
      next();
    }
  }
  std::size_t posted() {
    std::lock_guard lock(mutex_);
    return posted_.size();
  }

  std::shared_ptr<DeliveryCredit> credit = std::make_shared<DeliveryCredit>(std::make_shared<DeliveryTotal>());
  int gone_on = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FileWriter::FollowUp> posted_;
};

void nothing() {}

}  // namespace

TEST_CASE("small writes wait for a full buffer, a flush or the end", "[file_sink]") {
  const ScratchDir scratch;
  CountingSystem system;
  FileSink sink(opened(scratch / "f"), system);
  for (int i = 0; i < 100; ++i) sink.write("line\n");
  CHECK(system.calls == 0);
  int done = 0;
  sink.flush([&] { ++done; });
  CHECK(done == 1);
  CHECK(system.calls == 1);
  CHECK(read_all(scratch / "f").size() == 500);
  sink.flush(nothing);
  CHECK(system.calls == 1);
  sink.write("last");
  sink.close([&] { ++done; });
  CHECK(done == 2);
  CHECK(read_all(scratch / "f").ends_with("line\nlast"));
  CHECK(sink.path() == scratch / "f");
  CHECK_FALSE(sink.error());
}

TEST_CASE("what is large arrives complete and in order, in whole blocks, by one call", "[file_sink]") {
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
      sink.flush(nothing);
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
  sink.close(nothing);
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
  sink.flush(nothing);
  REQUIRE(sink.error());
  CHECK_THAT(*sink.error(), Contains(scratch / "f") && Contains("No space left on device (ENOSPC)"));

  system.room = 1'000'000;
  const std::size_t calls = system.calls;
  sink.write(std::string(100'000, 'y'));
  sink.close(nothing);
  CHECK(system.calls == calls);
  CHECK(sink.error());
  CHECK(read_all(scratch / "f") == std::string(1'500, 'x'));
}

TEST_CASE("with a writer, what is less than a block is written at once, and no thread is started", "[file_sink]") {
  const ScratchDir scratch;
  Behind behind;
  FileWriter writer([&](auto follow_up) { behind.post(std::move(follow_up)); });
  const auto threads = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}); };
  const auto before = threads();
  FileSink sink(opened(scratch / "f"), real_system(), behind.of(&writer));
  sink.write("a line\n");
  bool closed = false;
  sink.close([&] { closed = true; });
  CHECK(closed);
  CHECK(threads() == before);
  CHECK(read_all(scratch / "f") == "a line\n");
}

TEST_CASE("a disk that stands still does not hold up whoever writes, who is told to wait and to go on", "[file_sink]") {
  const ScratchDir scratch;
  SlowDisk system;
  Behind behind;
  FileWriter writer([&](auto follow_up) { behind.post(std::move(follow_up)); });
  FileSink sink(opened(scratch / "f"), system, behind.of(&writer));
  std::string expected;
  while (!behind.credit->exhausted()) {
    expected += std::string(10'000, static_cast<char>('a' + expected.size() % 26));
    sink.write(std::string_view(expected).substr(expected.size() - 10'000));
    REQUIRE(expected.size() < 4 * DeliveryCredit::limit);
  }
  CHECK(expected.size() > DeliveryCredit::limit);
  REQUIRE(system.wait_until_it_stands());
  bool flushed = false;
  bool closed = false;
  sink.flush([&] { flushed = true; });
  sink.write("the end");
  expected += "the end";
  sink.close([&] { closed = true; });
  CHECK_FALSE(closed);
  CHECK(behind.posted() == 0);

  system.go();
  behind.run_until([&] { return flushed; });
  CHECK(behind.gone_on == 1);
  CHECK_FALSE(closed);
  behind.run_until([&] { return closed; });
  CHECK_FALSE(sink.error());
  CHECK(read_all(scratch / "f") == expected);
}

TEST_CASE("what goes wrong on the writer's thread is told when the file is closed", "[file_sink]") {
  const ScratchDir scratch;
  MoodySystem system;
  system.room = 100'000;
  system.most = 50'000;
  Behind behind;
  FileWriter writer([&](auto follow_up) { behind.post(std::move(follow_up)); });
  FileSink sink(opened(scratch / "f"), system, behind.of(&writer));
  for (int i = 0; i < 10; ++i) sink.write(std::string(50'000, 'x'));
  bool closed = false;
  sink.close([&] { closed = true; });
  behind.run_until([&] { return closed; });
  REQUIRE(sink.error());
  CHECK_THAT(*sink.error(), Contains("No space left on device (ENOSPC)"));
  CHECK(read_all(scratch / "f") == std::string(100'000, 'x'));
}

TEST_CASE("a file that is given up is not waited for, and closed when its disk lets go", "[file_sink]") {
  const ScratchDir scratch;
  SlowDisk system;
  Behind behind;
  int told = 0;
  const std::string text(3 * FileSink::kBlockBytes + 1, 'x');
  {
    FileWriter writer([&](auto follow_up) { behind.post(std::move(follow_up)); });
    FileSink sink(opened(scratch / "f"), system, behind.of(&writer));
    sink.write(text);
    REQUIRE(system.wait_until_it_stands());
    sink.close([&] { ++told; });
    sink.give_up("it takes too long");
    REQUIRE(sink.error());
    CHECK_THAT(*sink.error(), Contains(scratch / "f") && Contains("it takes too long"));
  }
  system.go();
  REQUIRE(system.wait_until_closed(1));
  // The block that was under way: its name may be another's by now.
  CHECK(read_all(scratch / "f").size() < text.size());
  CHECK(behind.posted() == 0);
  CHECK(told == 0);
}
