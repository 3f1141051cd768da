#include "core/spawn/tree_pass.hpp"

#include "tree_fixture.hpp"

#include <pthread.h>

#include <array>

using namespace cloudops;
using namespace cloudops::testing;

namespace {

const rlimit no_room_for_marks{200'000, 200'000};

/// Runs a piece of a test in a forked process that may do what a test must not (change user). true: it said so.
bool in_fork(const std::function<bool()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body() ? 0 : 1);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status == 0;
}

}  // namespace

TEST_CASE("a descendant is found after setsid, a double fork, closed descriptors and an empty environment") {
  ProcessTrees trees;
  Child child(trees, trees.marks().next(), escape_script);
  const pid_t escaped = child.pid_line();
  REQUIRE(escaped > 0);
  REQUIRE(until([&] { return stat_of(escaped) && stat_of(escaped)->session != ::getsid(0); }));
  REQUIRE(until([&] {
    const auto stat = stat_of(escaped);
    return stat && stat->parent != child.root().leader;
  }));
  const auto members = find(trees, child.root());
  CHECK(holds(members, escaped));
  for (const auto& member : members) CHECK(member.mark == child.root().mark);
}

TEST_CASE("one pass sorts several trees, and strangers stay out") {
  ProcessTrees trees;
  Child first(trees, trees.marks().next(), "echo; sleep 1000 & wait");
  Child second(trees, trees.marks().next(), "echo; exec sleep 1000");
  Child stranger(trees, 0, "echo; exec sleep 1000");
  ProcessTrees elsewhere;
  Child foreign(elsewhere, elsewhere.marks().next(), "echo; exec sleep 1000");
  for (Child* child : {&first, &second, &stranger, &foreign}) child->line();
  const std::array roots{second.root(), first.root()};
  REQUIRE(until([&] { return find(trees, first.root()).size() == 2; }));
  const auto found = trees.scan(roots).trees;
  REQUIRE(found.size() == 2);
  REQUIRE(found[0].members.size() == 1);
  CHECK(found[0].members[0].pid == second.root().leader);
  CHECK(found[1].members.size() == 2);
  CHECK(holds(found[1].members, first.root().leader));
  CHECK(trees.scan({}).trees.empty());
}

TEST_CASE("a process that is older than its parent is the child of another that had that number") {
  const TreeRoot root{100, 0, false};
  TreePass pass({&root, 1}, 0, Reach::everybody);
  const auto add = [&](pid_t pid, pid_t parent, std::uint64_t started) {
    pass.others.push_back({pid, parent, pid, pid, started});
  };
  add(104, 103, 60);
  add(103, 100, 49);
  add(102, 101, 60);
  add(101, 100, 50);
  add(100, 1, 50);
  const auto members = members_of(pass, 0);
  CHECK(members.size() == 3);
  for (const pid_t pid : {100, 101, 102}) CHECK(holds(members, pid));
}

TEST_CASE("a zombie is not a member, but a process whose first thread ended is") {
  ProcessTrees trees;
  Child zombie(trees, trees.marks().next(), "exit 0");
  REQUIRE(until([&] { return stat_of(zombie.root().leader)->zombie; }));
  CHECK(find(trees, zombie.root()).empty());

  Child headless(trees, trees.marks().next(), [] {
    pthread_t thread;
    ::pthread_create(
        &thread, nullptr, [](void*) -> void* { return ::pause(), nullptr; }, nullptr);
    ::syscall(SYS_exit, 0);
  });
  const std::string state = "/proc/" + std::to_string(headless.root().leader) + "/stat";
  REQUIRE(until([&] {
    char text[256] = {};
    const UniqueFd file(::open(state.c_str(), O_RDONLY | O_CLOEXEC));
    return ::read(file.get(), text, sizeof text - 1) > 0 && std::string(text).find(") Z ") != std::string::npos;
  }));
  CHECK(holds(find(trees, headless.root()), headless.root().leader));
}

TEST_CASE("an outer engine finds what an engine inside its tree has started, and so does that engine") {
  ProcessTrees outer;
  int pipe_fds[2];
  REQUIRE(::pipe(pipe_fds) == 0);
  Child host(outer, outer.marks().next(), [&] {
    TreeMarks inner;
    const std::uint64_t mark = inner.next();
    if (::fork() == 0) {
      Child::mark_self(mark);
      ::setsid();
      ::execl("/bin/sh", "sh", "-c", "echo $$; exec sleep 1000", nullptr);
    }
    ::dprintf(pipe_fds[1], "%d\n", inner.find(marked_limits({mark, outer.marks().next()}, mark)) == mark);
    ::pause();
  });
  CHECK(read_line(pipe_fds[0]) == "1");
  const pid_t grandchild = host.pid_line();
  CHECK(holds(find(outer, host.root()), grandchild));
  ::close(pipe_fds[0]);
  ::close(pipe_fds[1]);
}

TEST_CASE("the leader and its group are members even if they changed the limit") {
  ProcessTrees trees;
  Child child(trees, trees.marks().next(), [] {
    const rlimit real{1'000'000, 1'000'000};
    ::setrlimit(RLIMIT_RTTIME, &real);
    ::execl("/bin/sh", "sh", "-c", "sleep 1000 & echo $!; wait", nullptr);
  });
  const pid_t inner = child.pid_line();
  const auto members = find(trees, child.root());
  CHECK(holds(members, child.root().leader));
  CHECK(holds(members, inner));
}

TEST_CASE("without marks the group, the session and the parent links are followed") {
  ProcessTrees trees{TreeMarks(no_room_for_marks)};
  REQUIRE(trees.marks().next() == 0);
  Child child(trees, 0, "sleep 1000 & setsid sh -c 'echo $$; sleep 1000 & echo $!; wait' & wait");
  const std::vector<pid_t> inner{child.pid_line(), child.pid_line()};
  REQUIRE(until([&] { return find(trees, child.root()).size() >= 4; }));
  const auto members = find(trees, child.root());
  CHECK(holds(members, child.root().leader));
  for (const pid_t pid : inner) CHECK(holds(members, pid));
  CHECK(members.size() == 4);
  CHECK_FALSE(holds(members, ::getpid()));
}

TEST_CASE("without marks a reaped leader's number still names its group, until it names a process") {
  ProcessTrees trees{TreeMarks(no_room_for_marks)};
  Child child(trees, 0, "sleep 1000 & echo $!");
  const pid_t left = child.pid_line();
  child.reap();
  CHECK(holds(find(trees, child.root()), left));
  TreeRoot reused = child.root();
  Child other(trees, 0, "echo; exec sleep 1000");
  other.line();
  reused.leader = other.root().leader;
  CHECK(find(trees, reused).empty());
}

TEST_CASE("a process of another user is a member by its relations and is reported when the system refuses the signal") {
  if (::geteuid() != 0) {
    WARN("needs root");
    return;
  }
  ProcessTrees trees;
  Child child(trees, trees.marks().next(), "sleep 1000 & echo $!; setsid sh -c 'echo $$; exec sleep 1000' & wait");
  std::vector<pid_t> inner{child.pid_line(), child.pid_line()};
  CHECK(in_fork([&] {
    if (::setresuid(65534, 65534, 65534) != 0) return false;
    const auto members = find(trees, child.root());
    const auto state = kill_trees(trees, {&child.root(), 1}).front();
    return holds(members, inner[0]) && holds(members, inner[1]) && members.size() == 3 && state.over() &&
           !state.empty() && state.refused.size() == 3;
  }));
  CHECK(lives(inner[0]));
}
