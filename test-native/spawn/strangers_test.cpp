#include "core/spawn/strangers.hpp"

#include "tree_fixture.hpp"

#include <utility>

using namespace cloudops;
using namespace cloudops::testing;

namespace {

const SteadyTime now{std::chrono::hours(1)};

Strangers knowing(const ListedProcess& process, pid_t group) {
  Strangers strangers;
  strangers.begin(now);
  strangers.add(process, group);
  strangers.finish();
  return strangers;
}

/// Counts who is asked for its limits.
class CountingSystem final : public System {
 public:
  int rttime_limits(pid_t pid, struct rlimit& limits) override {
    ++asked;
    return System::rttime_limits(pid, limits);
  }
  int asked = 0;
};

std::size_t members_of(const ProcessTrees& trees, const TreeRoot& root) {
  return trees.scan({&root, 1}).trees[0].members.size();
}

}  // namespace

TEST_CASE("a stranger is known by its number and its directory's inode, with the group that it had") {
  const auto strangers = knowing({70, 7}, 60);
  CHECK(strangers.group_of({70, 7}) == 60);
  CHECK(strangers.group_of({70, 8}) == -1);
  CHECK(strangers.group_of({71, 7}) == -1);
  // Two that were not told apart could be anybody.
  CHECK(knowing({70, 0}, 60).group_of({70, 0}) == -1);
}

TEST_CASE("where all directories have one inode nobody is known") {
  Strangers strangers;
  strangers.begin(now);
  strangers.add({71, 7}, 60);
  strangers.add({70, 7}, 60);
  strangers.finish();
  CHECK(strangers.group_of({70, 7}) == -1);
}

TEST_CASE("strangers are forgotten when they are not listed again, and after a second") {
  auto strangers = knowing({70, 7}, 60);
  CHECK(strangers.are_known(now));
  CHECK_FALSE(strangers.are_known(now + std::chrono::milliseconds(101)));

  strangers.begin(now + std::chrono::milliseconds(900));
  CHECK(strangers.group_of({70, 7}) == 60);
  strangers.add({70, 7}, 60);
  strangers.finish();
  strangers.begin(now + std::chrono::milliseconds(1100));
  CHECK(strangers.group_of({70, 7}) == -1);
  strangers.finish();

  strangers = knowing({70, 7}, 60);
  strangers.begin(now);
  strangers.finish();
  CHECK(strangers.group_of({70, 7}) == -1);
}

TEST_CASE("a pass asks nobody again whom the one before found to be nobody's") {
  CountingSystem system;
  ProcessTrees trees(system);
  Child child(trees, trees.marks().next(), "echo up; exec sleep 1000");
  REQUIRE(child.line() == "up");

  REQUIRE(members_of(trees, child.root()) == 1);
  const int at_first = std::exchange(system.asked, 0);
  REQUIRE(members_of(trees, child.root()) == 1);
  // Others may start programs meanwhile.
  CHECK(system.asked <= at_first / 2);

  system.asked = 0;
  trees.look_ahead(child.root(), Milliseconds(1));
  CHECK(system.asked == 0);
}

TEST_CASE("a stranger's group counts for the roots of this pass, not for those of the one before") {
  ProcessTrees trees;
  // It has changed the limit that its mark was in: only its group tells whose it is.
  Child child(trees, trees.marks().next(), [] {
    const rlimit real{1'000'000, 1'000'000};
    ::setrlimit(RLIMIT_RTTIME, &real);
    ::execl("/bin/sh", "sh", "-c", "sleep 1000 & echo up; wait", nullptr);
  });
  Child other(trees, trees.marks().next(), "echo up; exec sleep 1000");
  REQUIRE(child.line() == "up");
  REQUIRE(other.line() == "up");

  for (int i = 0; i < 2; ++i) {
    CHECK(members_of(trees, other.root()) == 1);
    CHECK(members_of(trees, child.root()) == 2);
  }
}
