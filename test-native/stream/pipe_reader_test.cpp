#include "core/stream/pipe_reader.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

using namespace cloudops;

namespace {

/// Says what a test wants of the next reads, then reads.
class ScriptedReads final : public System {
 public:
  ssize_t read(int fd, void* buffer, std::size_t size) override {
    ++calls;
    if (!errors.empty()) {
      const int error = errors.back();
      errors.pop_back();
      return -error;
    }
    return System::read(fd, buffer, size);
  }
  ssize_t splice(int from, int to, std::size_t size) override {
    ++splices;
    return splice_error != 0 ? -splice_error : System::splice(from, to, size);
  }
  std::vector<int> errors;
  int calls = 0;
  int splices = 0;
  int splice_error = 0;
};

struct PipeFixture {
  PipeFixture() {
    PipeEnds pipe;
    REQUIRE(system.pipe(pipe) == 0);
    write_end = std::move(pipe.write_end);
    REQUIRE(reader.open(std::move(pipe.read_end)) == 0);
  }
  void put(const std::string& text) {
    REQUIRE(::write(write_end.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  /// Everything that is due now.
  void turn() {
    io.restart();
    io.poll();
  }

  boost::asio::io_context io{1};
  ScriptedReads system;
  std::vector<char> buffer = std::vector<char>(64 * 1024);
  std::string read;
  std::size_t counted = 0;
  std::vector<int> ends;
  UniqueFd sink{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  bool pause_at_bytes = false;
  UniqueFd write_end;
  PipeReader reader{io,
                    system,
                    buffer,
                    {[this](std::string_view bytes) {
                       read += bytes;
                       if (pause_at_bytes) reader.pause();
                     },
                     [this](int error) { ends.push_back(error); },
                     [this](std::size_t size) {
                       counted += size;
                       if (pause_at_bytes) reader.pause();
                     }}};
};

}  // namespace

TEST_CASE_METHOD(PipeFixture, "a pipe is read to its end, which is told once") {
  put("one");
  turn();
  CHECK(read == "one");
  CHECK(ends.empty());
  put("two");
  write_end.reset();
  turn();
  CHECK(read == "onetwo");
  CHECK(ends == std::vector{0});
  CHECK_FALSE(reader.is_open());
  reader.drain();
  reader.resume();
  turn();
  CHECK(ends.size() == 1);
}

TEST_CASE_METHOD(PipeFixture, "nothing is read while paused, and nothing is missed after") {
  reader.pause();
  put("held");
  turn();
  CHECK(read.empty());
  CHECK(reader.holds_back());
  reader.resume();
  turn();
  CHECK(read == "held");
  CHECK_FALSE(reader.holds_back());
}

TEST_CASE_METHOD(PipeFixture, "a pause from inside the callback takes effect at once") {
  buffer.resize(4);
  pause_at_bytes = true;
  PipeReader small(io, system, buffer,
                   {[&](std::string_view bytes) {
                      read += bytes;
                      small.pause();
                    },
                    [](int) {}});
  PipeEnds ends_of_small;
  REQUIRE(system.pipe(ends_of_small) == 0);
  REQUIRE(::write(ends_of_small.write_end.get(), "12345678", 8) == 8);
  REQUIRE(small.open(std::move(ends_of_small.read_end)) == 0);
  turn();
  CHECK(read == "1234");
  small.resume();
  turn();
  CHECK(read == "12345678");
}

TEST_CASE_METHOD(PipeFixture, "one flooding pipe gives the others their turn") {
  std::vector<char> tiny(16);
  std::string flood;
  PipeReader flooded(io, system, tiny, {[&](std::string_view bytes) { flood += bytes; }, [](int) {}});
  PipeEnds flood_ends;
  REQUIRE(system.pipe(flood_ends) == 0);
  const std::string much(10'000, 'x');
  REQUIRE(::write(flood_ends.write_end.get(), much.data(), much.size()) == 10'000);
  REQUIRE(flooded.open(std::move(flood_ends.read_end)) == 0);
  io.run_one();
  CHECK(flood.size() <= 64);
  turn();
  CHECK(flood == much);
}

TEST_CASE_METHOD(PipeFixture, "draining takes what waits, paused or not, and sees an end that is there") {
  reader.pause();
  put(std::string(60'000, 'a'));
  reader.drain();
  CHECK(read.size() == 60'000);
  CHECK(reader.is_open());
  put("b");
  write_end.reset();
  reader.drain();
  CHECK(read.size() == 60'001);
  CHECK(ends == std::vector{0});
}

TEST_CASE_METHOD(PipeFixture, "draining ends even when a descendant goes on writing") {
  // Each read makes more come in; only what waited at the beginning is taken.
  std::vector<char> tiny(8);
  int rounds = 0;
  PipeEnds busy_ends;
  REQUIRE(system.pipe(busy_ends) == 0);
  const int writer = busy_ends.write_end.get();
  PipeReader busy(io, system, tiny,
                  {[&](std::string_view) {
                     ++rounds;
                     REQUIRE(::write(writer, "12345678", 8) == 8);
                   },
                   [](int) {}});
  REQUIRE(::write(writer, std::string(32, 'x').data(), 32) == 32);
  REQUIRE(busy.open(std::move(busy_ends.read_end)) == 0);
  busy.drain();
  CHECK(rounds <= 5);
}

TEST_CASE_METHOD(PipeFixture, "a pipe that was found full gets room, a trickle does not") {
  const int before = ::fcntl(write_end.get(), F_GETPIPE_SZ);
  put("x");
  turn();
  CHECK(::fcntl(write_end.get(), F_GETPIPE_SZ) == before);
  put(std::string(64 * 1024, 'x'));
  turn();
  CHECK(::fcntl(write_end.get(), F_GETPIPE_SZ) > before);
}

TEST_CASE_METHOD(PipeFixture, "an interrupted or premature read is not an end") {
  system.errors = {EAGAIN, EINTR};
  put("whole");
  turn();
  CHECK(read == "whole");
  CHECK(ends.empty());
}

TEST_CASE_METHOD(PipeFixture, "a failing read ends the pipe with its errno, once") {
  system.errors = {EIO};
  put("lost");
  turn();
  CHECK(ends == std::vector{EIO});
  reader.drain();
  CHECK(ends.size() == 1);
}

TEST_CASE_METHOD(PipeFixture, "closing stops the callbacks, due ones as well") {
  put("never seen");
  reader.close();
  turn();
  CHECK(read.empty());
  CHECK(ends.empty());
  CHECK(system.calls == 0);
}

TEST_CASE_METHOD(PipeFixture, "an end that drain has seen is not told again by a readiness that was due") {
  put("x");
  write_end.reset();
  // Makes the readiness known to the io_context without running the reader's handler: ours goes first.
  boost::asio::post(io, [&] { reader.drain(); });
  turn();
  CHECK(read == "x");
  CHECK(ends == std::vector{0});
}

TEST_CASE("a descriptor that cannot be watched is refused with its errno") {
  boost::asio::io_context io{1};
  std::vector<char> buffer(16);
  PipeReader reader(io, real_system(), buffer, {[](std::string_view) {}, [](int) {}});
  CHECK(reader.open(UniqueFd(-1)) == EBADF);
  CHECK_FALSE(reader.is_open());
}

TEST_CASE_METHOD(PipeFixture, "draining takes every packet of a pipe in packet mode") {
  REQUIRE(::fcntl(write_end.get(), F_SETFL, O_WRONLY | O_DIRECT) == 0);
  std::string all;
  for (int i = 0; i < 12; ++i) {
    const std::string packet(100, static_cast<char>('a' + i));
    put(packet);
    all += packet;
  }
  reader.drain();
  CHECK(read == all);
}

TEST_CASE_METHOD(PipeFixture, "what is only counted is not read, and its end is told") {
  put("read");
  turn();
  reader.count_only(sink.get());
  const int calls = system.calls;
  put(std::string(60'000, 'x'));
  turn();
  put("yz");
  reader.drain();
  CHECK(counted == 60'002);
  CHECK(read == "read");
  CHECK(system.calls == calls);
  CHECK(ends.empty());
  write_end.reset();
  turn();
  CHECK(ends == std::vector{0});
}

TEST_CASE_METHOD(PipeFixture, "a pause holds what is only counted") {
  reader.count_only(sink.get());
  pause_at_bytes = true;
  put("12");
  turn();
  put("345");
  turn();
  CHECK(counted == 2);
  CHECK(reader.holds_back());
  reader.resume();
  turn();
  CHECK(counted == 5);
}

TEST_CASE_METHOD(PipeFixture, "where the kernel cannot drop bytes they are read, and it is not asked again") {
  system.splice_error = GENERATE(EINVAL, ENOSYS, EPERM);
  for (const char* text : {"one", "two"}) {
    reader.count_only(sink.get());
    put(text);
    turn();
  }
  CHECK(read == "onetwo");
  CHECK(system.splices == 1);
  CHECK(counted == 0);
  CHECK(ends.empty());
}
