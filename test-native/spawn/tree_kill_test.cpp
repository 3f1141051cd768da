#include "tree_fixture.hpp"

#include <sys/prctl.h>

#include <cstring>
#include <map>
#include <set>

using namespace cloudops;
using namespace cloudops::testing;

namespace {

/// Whoever is sent what ends it has ended before anybody else is looked at.
class PromptSystem : public System {
 public:
  int signal_process(int process, int signal) override {
    const int result = System::signal_process(process, signal);
    pollfd ended{process, POLLIN, 0};
    if (signal == SIGKILL || signal == SIGTERM) ::poll(&ended, 1, 5000);
    return result;
  }
};

/// A list of processes that goes by one of them, as it happens to those that get a number that the list has passed.
class PassingBySystem : public System {
 public:
  int rewind(int dir) override {
    ++pass_;
    return System::rewind(dir);
  }
  ssize_t list(int dir, void* entries, std::size_t size) override {
    const ssize_t listed = System::list(dir, entries, size);
    if (pass_ > passes_by) return listed;
    if (listed == 0 && pass_ == broken_pass) return -EIO;
    auto* bytes = static_cast<char*>(entries);
    for (ssize_t at = 0; at < listed;) {
      unsigned short length = 0;
      std::memcpy(&length, bytes + at + length_offset, sizeof length);
      char* name = bytes + at + name_offset;
      if (std::to_string(whom) == name) *name = 'x';
      at += length;
    }
    return listed;
  }
  pid_t whom = 0;
  int passes_by = 0;
  /// Fails at its end.
  int broken_pass = 0;

 private:
  static constexpr std::size_t length_offset = 16;
  static constexpr std::size_t name_offset = 19;
  int pass_ = 0;
};

bool kill_until_empty(const ProcessTrees& trees, const TreeRoot& root) {
  return until([&] { return kill_trees(trees, {&root, 1}).front().empty(); });
}

}  // namespace

TEST_CASE("killing a tree that forks all the time ends with an empty tree") {
  ProcessTrees trees;
  Child neighbour(trees, trees.marks().next(), "echo; exec sleep 1000");
  neighbour.line();
  for (int round = 0; round < 10; ++round) {
    Child child(trees, trees.marks().next(),
                "echo; f() { " + while_tests_run() +
                    "do setsid sh -c 'sleep 1000 & sleep 0.01' & sleep 0.002; done; }; f & f & f & wait");
    child.line();
    REQUIRE(until([&] { return find(trees, child.root()).size() > 20; }));
    REQUIRE(kill_until_empty(trees, child.root()));
    CHECK(WTERMSIG(child.reap()) == SIGKILL);
    CHECK(find(trees, child.root()).empty());
  }
  CHECK(lives(neighbour.root().leader));
}

TEST_CASE("a chain of processes that each fork a successor and exit is caught") {
  for (int round = 0; round < 5; ++round) {
    ProcessTrees trees;
    Child child(trees, trees.marks().next(), [] {
      ::setsid();
      if (::write(1, "\n", 1) != 1) ::_exit(1);
      for (int length = 0; length < 50'000; ++length)
        if (::fork() != 0) ::_exit(0);
      ::_exit(0);
    });
    child.line();
    child.reap();
    REQUIRE(kill_until_empty(trees, child.root()));
    // Every link of the chain holds the pipe: its end is the end of the last one.
    pollfd end{child.output(), POLLIN, 0};
    REQUIRE(::poll(&end, 1, 0) == 1);
    CHECK((end.revents & POLLHUP) != 0);
  }
}

TEST_CASE("a descendant that escaped by setsid and double fork is killed") {
  ProcessTrees trees;
  Child child(trees, trees.marks().next(), escape_script);
  const pid_t escaped = child.pid_line();
  REQUIRE(kill_until_empty(trees, child.root()));
  CHECK_FALSE(lives(escaped));
}

TEST_CASE("without marks a group is killed, also after its leader was reaped") {
  ProcessTrees trees{TreeMarks(rlimit{200'000, 200'000})};
  Child child(trees, 0, "sleep 1000 & sleep 1000 & echo $!");
  const pid_t left = child.pid_line();
  child.reap();
  REQUIRE(kill_until_empty(trees, child.root()));
  CHECK_FALSE(lives(left));
}

TEST_CASE("without marks what left by setsid is killed as long as its parent links lead there") {
  PromptSystem system;
  ProcessTrees trees{TreeMarks(rlimit{200'000, 200'000}), system};
  for (const int signal : {SIGKILL, SIGTERM}) {
    Child child(trees, 0, "setsid sh -c 'echo $$; sleep 1000 & echo $!; wait' & wait");
    const pid_t inner[] = {child.pid_line(), child.pid_line()};
    REQUIRE(until([&] { return look_at_trees(trees, {&child.root(), 1}).front().alive.size() == 3; }));
    if (signal == SIGTERM)
      signal_trees(trees, {&child.root(), 1}, signal);
    else
      kill_trees(trees, {&child.root(), 1});
    for (const pid_t pid : inner) CHECK(until([&] { return !lives(pid); }));
  }
}

TEST_CASE("a group member that cannot be read for want of something is not taken for gone") {
  class PoorSystem : public System {
   public:
    int open_at(int dir, const char* path, int flags, mode_t mode) override {
      return error != 0 ? -error : System::open_at(dir, path, flags, mode);
    }
    int error = 0;
  } system;
  ProcessTrees trees{TreeMarks(rlimit{200'000, 200'000}), system};
  Child child(trees, 0, "sleep 1000 & echo $!");
  const pid_t left = child.pid_line();
  child.reap();
  REQUIRE(holds(find(trees, child.root()), left));
  for (const int error : {EMFILE, ENFILE, ENOMEM}) {
    system.error = error;
    CHECK_FALSE(look_at_trees(trees, {&child.root(), 1}).front().over());
  }
  // Not for want of anything: another look would not help.
  system.error = EACCES;
  CHECK(look_at_trees(trees, {&child.root(), 1}).front().over());
  system.error = 0;
}

TEST_CASE("a tree is not taken for empty because one pass went by its last member") {
  PassingBySystem system;
  SECTION("once") { system.passes_by = 1; }
  SECTION("twice, and the first of them could not see all") {
    system.passes_by = 2;
    system.broken_pass = 1;
  }
  ProcessTrees trees(system);
  Child child(trees, trees.marks().next(), escape_script);
  system.whom = child.pid_line();
  child.reap();
  CHECK(look_at_trees(trees, {&child.root(), 1}).front().alive == std::vector<pid_t>{system.whom});
}

TEST_CASE("a signal reaches the whole tree, stopped members too") {
  ProcessTrees trees;
  Child child(trees, trees.marks().next(),
              "trap 'echo outer; wait; exit 7' TERM;"
              "setsid sh -c 'trap \"echo inner; exit\" TERM; echo $$; kill -STOP $$; while :; do sleep 0.01; done' &"
              "while :; do sleep 0.01; done");
  const pid_t inner = child.pid_line();
  REQUIRE(until([&] { return is_stopped(inner); }));
  const auto state = signal_trees(trees, {&child.root(), 1}, SIGTERM).front();
  CHECK(state.alive.size() >= 2);
  CHECK(state.refused.empty());
  std::string both = child.line();
  both += child.line();
  CHECK((both == "outerinner" || both == "innerouter"));
  CHECK(WEXITSTATUS(child.reap()) == 7);
  CHECK(until([&] { return look_at_trees(trees, {&child.root(), 1}).front().empty(); }));
}

TEST_CASE("a signal to a group, and one to those outside of it, are not for the same processes") {
  class RecordingSystem : public System {
   public:
    int open_process(pid_t pid) override {
      const int process = System::open_process(pid);
      opened[process] = pid;
      return process;
    }
    int signal_process(int process, int signal) override {
      if (signal == SIGTERM) asked.insert(opened[process]);
      return System::signal_process(process, signal);
    }
    std::map<int, pid_t> opened;
    std::set<pid_t> asked;
  } system;
  ProcessTrees trees(system);
  Child child(trees, trees.marks().next(),
              "trap 'echo leader' TERM;"
              "setsid sh -c 'trap \"echo stray\" TERM; echo $$; while :; do sleep 0.01; done' &"
              "while :; do sleep 0.01; done");
  const pid_t stray = child.pid_line();
  signal_trees(trees, {&child.root(), 1}, SIGTERM, Reach::outside_group);
  CHECK(child.line() == "stray");
  CHECK(system.asked.contains(stray));
  CHECK_FALSE(system.asked.contains(child.root().leader));
  system.asked.clear();
  REQUIRE(trees.signal_group(child.root(), SIGTERM));
  CHECK(child.line() == "leader");
  CHECK(system.asked.empty());
}

TEST_CASE("the group of a leader that has ended, or of one without a mark, gets no signal as a group") {
  class CountedSystem : public System {
   public:
    int kill_group(pid_t, int) override { return ++calls, 0; }
    int calls = 0;
  } system;
  ProcessTrees trees(system);
  Child unmarked(trees, 0, "echo; sleep 1000");
  unmarked.line();
  CHECK_FALSE(trees.signal_group(unmarked.root(), SIGTERM));
  Child ended(trees, trees.marks().next(), "sleep 1000 & echo; exit 0");
  ended.line();
  REQUIRE(until([&] { return !lives(ended.root().leader); }));
  CHECK_FALSE(trees.signal_group(ended.root(), SIGTERM));
  ended.reap();
  CHECK_FALSE(trees.signal_group(ended.root(), SIGTERM));
  CHECK(system.calls == 0);
}

TEST_CASE("a pid that has become somebody else's gets no signal") {
  ProcessTrees trees;
  Child child(trees, trees.marks().next(), "echo; exec sleep 1000");
  child.line();
  auto member = find(trees, child.root()).at(0);
  auto wrong_mark = member;
  wrong_mark.mark = trees.marks().next();
  CHECK(trees.send(wrong_mark, SIGKILL) == Delivery::gone);
  auto wrong_start = member;
  wrong_start.mark = 0;
  wrong_start.started += 1;
  CHECK(trees.send(wrong_start, SIGKILL) == Delivery::gone);
  // No process, but groups and everybody to kill(). Signal 0: if it were sent, it would harm nobody.
  for (const pid_t pid : {0, -1, 1}) CHECK(trees.send({pid, 0}, 0) == Delivery::gone);
  CHECK(lives(member.pid));

  CHECK(trees.send(member, SIGKILL) == Delivery::sent);
  CHECK(WTERMSIG(child.reap()) == SIGKILL);
  CHECK(trees.send(member, SIGKILL) == Delivery::gone);
}

TEST_CASE("trees are killed when no descriptor is left") {
  ProcessTrees trees;
  Child marked(trees, trees.marks().next(), "echo; exec sleep 1000");
  marked.line();
  ProcessTrees poor{TreeMarks(rlimit{200'000, 200'000})};
  Child plain(poor, 0, "echo; exec sleep 1000");
  plain.line();
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const rlimit none{0, files.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  kill_trees(trees, {&marked.root(), 1});
  kill_trees(poor, {&plain.root(), 1});
  ::setrlimit(RLIMIT_NOFILE, &files);
  CHECK(WTERMSIG(marked.reap()) == SIGKILL);
  CHECK(WTERMSIG(plain.reap()) == SIGKILL);
}

TEST_CASE("where we are the init process of a tree, its orphans are collected as they die, and nobody else's") {
  REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  {
    ProcessTrees trees;
    const pid_t ours = ::fork();
    if (ours == 0) ::_exit(7);
    Child child(trees, trees.marks().next(), "(setsid sleep 1000 &) ; sleep 1000 & sleep 1000 & echo $!; wait");
    child.line();
    REQUIRE(until([&] { return find(trees, child.root()).size() == 4; }));
    REQUIRE(kill_until_empty(trees, child.root()));
    child.reap();
    // The host's own child is still there to be waited for, and is the only one.
    int status = 0;
    CHECK(::waitpid(ours, &status, 0) == ours);
    CHECK(WEXITSTATUS(status) == 7);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
  }
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}
