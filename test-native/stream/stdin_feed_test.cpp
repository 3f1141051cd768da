#include "core/stream/stdin_feed.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

using namespace cloudops;

namespace {

struct FeedFixture {
  FeedFixture() {
    // As the engine thread has it.
    std::signal(SIGPIPE, SIG_IGN);
    PipeEnds ends;
    REQUIRE(real_system().pipe(ends) == 0);
    read_end = std::move(ends.read_end);
    write_end = std::move(ends.write_end);
    ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
  }
  ~FeedFixture() { std::signal(SIGPIPE, SIG_DFL); }

  StdinFeed::Written note() {
    return [this](int error) { answers.push_back(error); };
  }
  void turn() {
    io.restart();
    io.poll();
  }
  /// What is in the pipe. Sets `ended` when the writer has closed it.
  std::string take() {
    std::string text(1024 * 1024, '\0');
    std::size_t size = 0;
    for (;;) {
      const ssize_t count = ::read(read_end.get(), text.data() + size, text.size() - size);
      ended = count == 0;
      if (count <= 0) break;
      size += static_cast<std::size_t>(count);
    }
    text.resize(size);
    return text;
  }

  boost::asio::io_context io{1};
  StdinFeed feed{io, real_system()};
  UniqueFd read_end;
  UniqueFd write_end;
  std::vector<int> answers;
  bool ended = false;
};

}  // namespace

TEST_CASE_METHOD(FeedFixture, "what is given before the child exists waits for it") {
  feed.write("one ", note());
  feed.write("two", note());
  feed.close(note());
  CHECK(answers.empty());
  CHECK(feed.closing());
  REQUIRE(feed.open(std::move(write_end)) == 0);
  CHECK(answers == std::vector{0, 0, 0});
  CHECK(take() == "one two");
  CHECK(ended);
}

TEST_CASE_METHOD(FeedFixture, "a piece is answered when all of it is in the pipe, and holds back those behind it") {
  REQUIRE(feed.open(std::move(write_end)) == 0);
  feed.write(std::string(200'000, 'a'), note());
  feed.write("b", note());
  feed.close(note());
  turn();
  CHECK(answers.empty());
  std::string read;
  while (!ended) {
    read += take();
    turn();
  }
  CHECK(read == std::string(200'000, 'a') + "b");
  CHECK(answers == std::vector{0, 0, 0});
}

TEST_CASE_METHOD(FeedFixture, "a child that has closed its stdin fails what waits and what comes later") {
  REQUIRE(feed.open(std::move(write_end)) == 0);
  feed.write(std::string(200'000, 'a'), note());
  feed.write("b", note());
  read_end.reset();
  turn();
  CHECK(answers == std::vector{EPIPE, EPIPE});
  feed.write("late", note());
  CHECK(answers.size() == 3);
  CHECK(answers.back() == EPIPE);
  feed.close(note());
  CHECK(answers.back() == 0);
}

TEST_CASE_METHOD(FeedFixture, "abandoning answers everybody once, also twice abandoned") {
  feed.write("a", note());
  feed.close(note());
  feed.abandon(EPIPE);
  feed.abandon(EPIPE);
  CHECK(answers == std::vector{EPIPE, 0});
}

TEST_CASE_METHOD(FeedFixture, "an empty piece is a piece") {
  REQUIRE(feed.open(std::move(write_end)) == 0);
  feed.write("", note());
  CHECK(answers == std::vector{0});
  CHECK_FALSE(ended);
}

TEST_CASE_METHOD(FeedFixture, "a callback may write the next piece, close or abandon") {
  SECTION("write") {
    int left = 200;
    std::function<void(int)> again = [&](int error) {
      REQUIRE(error == 0);
      if (left-- > 0) return feed.write(std::string(1'000, 'x'), again);
      feed.close(note());
    };
    REQUIRE(feed.open(std::move(write_end)) == 0);
    feed.write("x", again);
    std::size_t size = 0;
    while (!ended) {
      size += take().size();
      turn();
    }
    CHECK(size == 200'001);
    CHECK(answers == std::vector{0});
  }
  SECTION("abandon") {
    feed.write("first", [&](int) { feed.abandon(EPIPE); });
    feed.write("second", note());
    REQUIRE(feed.open(std::move(write_end)) == 0);
    CHECK(answers == std::vector{EPIPE});
    CHECK(take() == "first");
    CHECK(ended);
  }
  SECTION("close") {
    feed.write("first", [&](int) { feed.close(note()); });
    REQUIRE(feed.open(std::move(write_end)) == 0);
    CHECK(take() == "first");
    CHECK(ended);
    CHECK(answers == std::vector{0});
  }
}

TEST_CASE_METHOD(FeedFixture, "destroying a feed with a wait under way touches nothing afterwards") {
  {
    StdinFeed gone(io, real_system());
    REQUIRE(gone.open(std::move(write_end)) == 0);
    gone.write(std::string(200'000, 'a'), note());
  }
  take();
  turn();
  CHECK(answers.empty());
}
