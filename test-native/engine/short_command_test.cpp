#include "engine_fixture.hpp"

#include <catch2/catch.hpp>

#include <mutex>
#include <string>
#include <utility>

using namespace cloudops;
using namespace cloudops::test;

namespace {

/// The kernel; writes down in which order a command's pipes and its end were looked at.
class LookingSystem final : public System {
 public:
  ssize_t read(int fd, void* buffer, std::size_t size) override {
    note('r');
    return System::read(fd, buffer, size);
  }
  WaitOutcome peek(int pidfd, pid_t pid) override {
    note('p');
    return System::peek(pidfd, pid);
  }
  std::string take() {
    std::lock_guard lock(mutex_);
    return std::exchange(looks_, {});
  }

 private:
  void note(char look) {
    std::lock_guard lock(mutex_);
    looks_ += look;
  }
  std::mutex mutex_;
  std::string looks_;
};

}  // namespace

TEST_CASE("a command that is short and silent wakes the engine once, when it has ended") {
  LookingSystem system;
  TestEngine test({}, system);
  // Not each of them is short on a machine that is busy; and where each end of a pipe wakes the engine, one in twenty
  // looks the same.
  constexpr int commands = 60;
  int woken_once = 0;
  for (int i = 0; i < commands; ++i) {
    REQUIRE(test.run(R"({"command":{"type":"exec","program":"true"}})")->success());
    woken_once += system.take() == "prr";
  }
  CHECK(woken_once > commands / 3);
}
