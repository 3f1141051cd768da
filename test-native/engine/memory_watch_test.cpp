#include "core/memory_watch.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <array>

using namespace cloudops;

namespace {

/// Looked at often enough to be believed: with nothing reported, what was seen is all that there is.
bool is_known(const MemoryProbe& probe) {
  rusage usage{};
  usage.ru_utime.tv_sec = 1;
  return probe.peak_bytes(usage) > 0;
}

}  // namespace

TEST_CASE("all that is watched is looked at, and once nothing is, there is nothing to wait for", "[memory_watch]") {
  boost::asio::io_context io;
  MemoryWatch watch(io);
  std::array<MemoryProbe, 3> probes;
  std::array<MemoryWatch::Place, 3> places;
  for (std::size_t i = 0; i < probes.size(); ++i) {
    probes[i].begin(::getpid());
    places[i] = watch.add(probes[i]);
  }
  watch.remove(places[1]);
  while (!(is_known(probes[0]) && is_known(probes[2]))) REQUIRE(io.run_one_for(std::chrono::seconds(30)) == 1);
  CHECK_FALSE(is_known(probes[1]));

  watch.remove(places[0]);
  watch.remove(places[2]);
  io.run_for(std::chrono::seconds(30));
  CHECK(io.stopped());
}
