#include "core/memory_watch.hpp"

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>

using namespace cloudops;

namespace {

/// Looked at often enough to be believed: with nothing reported, what was seen is all that there is.
bool is_known(const MemoryProbe& probe) {
  rusage usage{};
  usage.ru_utime.tv_sec = 1;
  return probe.peak_bytes(usage) > 0;
}

/// A child that waits; killed and collected in the end.
class Sleeper {
 public:
  explicit Sleeper(const char* name = "sleeper") : pid_(::fork()) {
    REQUIRE(pid_ >= 0);
    if (pid_ != 0) return;
    ::prctl(PR_SET_NAME, name);
    for (;;) ::pause();
  }
  ~Sleeper() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

}  // namespace

TEST_CASE("all that is watched is looked at, and once nothing is, there is nothing to wait for", "[memory_watch]") {
  const Sleeper child;
  boost::asio::io_context io;
  MemoryWatch watch(io);
  std::array<MemoryProbe, 3> probes;
  std::array<MemoryWatch::Place, 3> places;
  for (std::size_t i = 0; i < probes.size(); ++i) {
    probes[i].begin(child.pid());
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

TEST_CASE("a process's name is not taken for what /proc says of it", "[memory_watch]") {
  const Sleeper child("PPid:1");
  MemoryProbe probe;
  probe.begin(child.pid());
  const std::string comm = "/proc/" + std::to_string(child.pid()) + "/comm";
  std::string name;
  while (name != "PPid:1") std::getline(std::ifstream(comm), name);
  for (int i = 0; i < 5; ++i) probe.look();
  CHECK(is_known(probe));
}

TEST_CASE("another process's memory is not taken for that of a child whose number it has", "[memory_watch]") {
  MemoryProbe probe;
  probe.begin(::getpid());
  for (int i = 0; i < 5; ++i) probe.look();
  CHECK_FALSE(is_known(probe));
}
