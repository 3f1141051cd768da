#include "engine_fixture.hpp"
#include "faulty_system.hpp"
#include "guard/guard_table.h"
#include "host_state.hpp"
#include "spawn/tree_fixture.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <filesystem>
#include <set>
#include <string>

using namespace cloudops;
using namespace cloudops::test;

namespace {

/// The helpers of this process, the dead that nobody collected among them.
std::set<int> helpers() {
  std::set<int> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const int pid = std::atoi(entry.path().filename().c_str());
    std::string name;
    std::getline(std::ifstream(entry.path() / "comm"), name);
    const auto stat = pid > 1 ? cloudops::testing::stat_of(pid) : std::nullopt;
    if (name == "cloudops-guard" && stat && stat->parent == ::getpid()) pids.insert(pid);
  }
  return pids;
}

/// What the only engine tells its helper.
const cloudops_guard_table* guard_table() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("cloudops-guard-table") != std::string::npos)
      return reinterpret_cast<const cloudops_guard_table*>(std::stoull(line, nullptr, 16));
  return nullptr;
}

}  // namespace

TEST_CASE("an engine that cannot have a helper runs commands all the same, and says so once") {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &files) == 0);
  const rlimit none{0, files.rlim_max};
  TestEngine test;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
  for (int i = 0; i < 2; ++i) CHECK(test.run(shell("true"))->success());
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &files) == 0);
  const auto warnings = test.sink->warnings();
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("could not be started") != std::string::npos);
}

TEST_CASE("a helper that somebody killed is replaced before the next command starts") {
  { TestEngine().run(shell("true")); }
  const auto before = HostState::now();
  {
    TestEngine test;
    const auto runs = test.start(blocker());
    REQUIRE(test.has_started(runs));
    // Its name is the last thing it gets.
    REQUIRE(eventually([] { return helpers().size() == 1; }));
    const int first = *helpers().begin();
    CHECK(test.run(shell("true"))->success());
    CHECK(helpers() == std::set{first});

    REQUIRE(::kill(first, SIGKILL) == 0);
    REQUIRE(eventually([&] { return has_ended(first); }));
    CHECK(test.run(shell("true"))->success());
    CHECK(is_gone(first));
    CHECK(eventually([] { return helpers().size() == 1; }));
    test.close_stdin(runs);
    CHECK(test.finish(runs)->success());
  }
  CHECK(helpers().empty());
  CHECK(before.comes_back());
}

TEST_CASE("starts that fail and are tried again take one place in the helper's table together") {
  FaultySystem system({{Call::spawn, 1, EAGAIN, 5}});
  TestEngine test({}, system);
  CHECK(test.run(shell("true"))->success());
  CHECK(system.failures() == 5);
  const auto* table = guard_table();
  REQUIRE(table != nullptr);
  CHECK(table->used == 1);
}
