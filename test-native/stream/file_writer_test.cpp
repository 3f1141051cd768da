#include "core/stream/file_writer.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <optional>
#include <utility>

using namespace cloudops;

TEST_CASE("whoever has destroyed a file writer is called by it no more", "[file_writer]") {
  std::promise<void> answers;
  std::promise<void> destroyed;
  std::promise<bool> destroyed_meanwhile;
  std::optional<FileWriter> writer;
  writer.emplace([&](const FileWriter::FollowUp&) {
    answers.set_value();
    // There is no fact to wait for: what must not happen would happen within this.
    const auto meanwhile = destroyed.get_future().wait_for(std::chrono::milliseconds(200));
    destroyed_meanwhile.set_value(meanwhile == std::future_status::ready);
  });
  REQUIRE(writer->start());
  writer->post([] { return true; }, [] {});
  answers.get_future().wait();
  writer.reset();
  destroyed.set_value();
  CHECK_FALSE(destroyed_meanwhile.get_future().get());
}
