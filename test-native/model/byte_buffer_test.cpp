#include "core/model/byte_buffer.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>

using namespace cloudops;

TEST_CASE("a byte buffer grows at its end and keeps what it has", "[byte_buffer]") {
  ByteBuffer buffer;
  std::string expected;
  CHECK(buffer.empty());
  for (int i = 0; i < 2000; ++i) {
    const std::string more(static_cast<std::size_t>(i) % 700, static_cast<char>('a' + i % 26));
    buffer.append(more);
    expected += more;
  }
  CHECK(buffer.size() == expected.size());
  CHECK(buffer == expected);
  buffer.truncate(3);
  CHECK(buffer == expected.substr(0, 3));
  buffer.truncate(10);
  CHECK(buffer.size() == 3);
}

TEST_CASE("a byte buffer has the room that was asked for, and none when it is told to fit", "[byte_buffer]") {
  ByteBuffer buffer("abc");
  CHECK(buffer.capacity() == 3);
  buffer.reserve(1'000'000);
  CHECK(buffer.capacity() == 1'000'000);
  buffer.reserve(10);
  CHECK(buffer.capacity() == 1'000'000);
  buffer.shrink_to_fit();
  CHECK(buffer.capacity() == 3);
  CHECK(buffer == "abc");
  buffer.truncate(0);
  buffer.shrink_to_fit();
  CHECK(buffer.capacity() == 0);
  CHECK(buffer == "");
}

TEST_CASE("a byte buffer is copied, moved and assigned like a value", "[byte_buffer]") {
  ByteBuffer one("one");
  ByteBuffer copy(one);
  one.append("!");
  CHECK(copy == "one");
  ByteBuffer moved(std::move(one));
  CHECK(moved == "one!");
  copy = moved;
  CHECK(copy == "one!");
  CHECK(moved == "one!");
  copy = ByteBuffer();
  CHECK(copy.empty());
}
