#include "core/spawn/guard.hpp"

#include "core/spawn/guard_launch.hpp"
#include "tree_fixture.hpp"

#include <dirent.h>
#include <sched.h>

#include <algorithm>
#include <set>

using namespace cloudops;
using namespace cloudops::testing;

namespace {

std::set<std::string> descriptors_of(pid_t pid) {
  std::set<std::string> names;
  DIR* directory = ::opendir(("/proc/" + std::to_string(pid) + "/fd").c_str());
  if (directory == nullptr) return names;
  const std::string own = std::to_string(::dirfd(directory));
  while (const dirent* entry = ::readdir(directory))
    if (entry->d_name[0] != '.' && (pid != ::getpid() || own != entry->d_name)) names.insert(entry->d_name);
  ::closedir(directory);
  return names;
}

std::string read_link(const std::string& path) {
  char target[256] = {};
  return ::readlink(path.c_str(), target, sizeof target - 1) < 0 ? std::string() : std::string(target);
}

std::string name_of(pid_t pid) {
  const UniqueFd file(::open(("/proc/" + std::to_string(pid) + "/comm").c_str(), O_RDONLY | O_CLOEXEC));
  return file ? read_line(file.get()) : std::string();
}

std::unique_ptr<Guard> start_guard() {
  auto guard = Guard::start("");
  REQUIRE(guard.has_value());
  return std::move(guard).value();
}

/// Set up: it has its name, and nothing is open but its pipe and its host's pidfd.
bool is_set_up(pid_t guard) { return name_of(guard) == "cloudops-guard" && descriptors_of(guard).size() <= 2; }

/// A child of the calling process, marked, in its own group; prints its own pid and those of its descendants.
pid_t start_tree(std::uint64_t mark, int output, const std::string& script) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::setpgid(0, 0);
  if (mark != 0) Child::mark_self(mark);
  ::dup2(output, 1);
  ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
  ::_exit(127);
}

/// A process that plays the host: what `body` does, then it waits for its end.
struct Host {
  explicit Host(const std::function<void(int output)>& body) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    output.reset(ends[0]);
    const UniqueFd write_end(ends[1]);
    pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
      body(write_end.get());
      for (;;) ::pause();
    }
  }
  void die() {
    REQUIRE(send_signal(pid, SIGKILL));
    ::waitpid(pid, nullptr, 0);
  }
  pid_t next_pid() {
    const pid_t next = read_pid(output.get());
    REQUIRE(next > 1);
    return next;
  }

  pid_t pid = -1;
  UniqueFd output;
};

const std::string forking_tree = "setsid sh -c 'sh -c \"echo \\$\\$; " + while_tests_run() +
                                 "do sleep 0.01 & sleep 0.01; done\" &' & exec sleep 1000";
const std::string sleeper = "echo $$; exec sleep 1000";

bool die_within_a_second(std::initializer_list<pid_t> pids) {
  return until(
      [&] {
        for (const pid_t pid : pids)
          if (lives(pid)) return false;
        return true;
      },
      Milliseconds(1000));
}

}  // namespace

TEST_CASE("the trees that are watched die with the host, others live on") {
  for (int round = 0; round < 5; ++round) {
    Host host([](int output) {
      static auto guard = start_guard();
      TreeMarks marks;
      const std::uint64_t watched = marks.next();
      const std::uint64_t forgotten = marks.next();
      guard->watch(watched);
      const auto ticket = guard->watch(forgotten);
      for (const auto& [mark, script] : {std::pair{watched, forking_tree},
                                         {forgotten, sleeper},
                                         {marks.next(), sleeper},
                                         {std::uint64_t{0}, sleeper}}) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) ::_exit(1);
        const pid_t leader = start_tree(mark, ends[1], script);
        ::dprintf(output, "%d\n%d\n", leader, read_pid(ends[0]));
      }
      guard->forget(ticket);
      ::dprintf(output, "%d\n", guard->pid());
    });
    const pid_t leader = host.next_pid();
    const pid_t escaped = host.next_pid();
    std::set<pid_t> others;
    for (int i = 0; i < 6; ++i) others.insert(host.next_pid());
    REQUIRE(others.size() == 3);
    const pid_t guard = host.next_pid();
    REQUIRE(lives(escaped));
    // It must be deaf to what ends a process group. Had one of these ended it, nobody would be left to kill the trees.
    REQUIRE(until([&] { return is_set_up(guard); }));
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGUSR1, SIGRTMIN}) {
      CHECK(send_signal(guard, signal));
      CHECK(::killpg(guard, signal) == 0);
    }
    host.die();
    CHECK(die_within_a_second({leader, escaped}));
    CHECK(until([&] { return !lives(guard); }));
    for (const pid_t pid : others) {
      CHECK(lives(pid));
      send_signal(pid, SIGKILL);
    }
  }
}

TEST_CASE("a copy of the host that holds the pipe open does not delay the end") {
  Host host([](int output) {
    static auto guard = start_guard();
    TreeMarks marks;
    const std::uint64_t mark = marks.next();
    guard->watch(mark);
    start_tree(mark, output, sleeper);
    if (!until([&] { return is_set_up(guard->pid()); })) ::_exit(1);
    if (const pid_t copy = ::fork(); copy != 0)
      ::dprintf(output, "%d\n", copy);
    else
      ::pause();
  });
  const pid_t one = host.next_pid();
  const pid_t other = host.next_pid();
  host.die();
  // Of the two, one is the tree and one is the copy, which nobody watches.
  CHECK(until([&] { return lives(one) != lives(other); }, Milliseconds(1000)));
  for (const pid_t pid : {one, other}) send_signal(pid, SIGKILL);
}

TEST_CASE("a chain of processes that each fork a successor and exit dies with the host") {
  Host host([](int output) {
    static auto guard = start_guard();
    TreeMarks marks;
    const std::uint64_t mark = marks.next();
    guard->watch(mark);
    if (::fork() != 0) return ::close(output), void();
    Child::mark_self(mark);
    ::dprintf(output, "\n");
    for (int length = 0; length < 50'000; ++length)
      if (::fork() != 0) ::_exit(0);
    ::_exit(0);
  });
  read_line(host.output.get());
  host.die();
  // Only the chain still holds the pipe.
  pollfd end{host.output.get(), POLLIN, 0};
  CHECK(::poll(&end, 1, 1000) == 1);
}

TEST_CASE("a tree without a mark dies with the host as far as it stayed in the group") {
  Host host([](int output) {
    static auto guard = start_guard();
    const auto ticket = guard->watch(0);
    guard->set_leader(ticket, start_tree(0, output, "sleep 1000 & echo $!; wait"));
    // Only from here on is the tree known by its leader.
    ::dprintf(output, "%d\n", guard->pid());
  });
  const pid_t one = host.next_pid();
  const pid_t other = host.next_pid();
  REQUIRE(lives(one));
  REQUIRE(lives(other));
  host.die();
  CHECK(die_within_a_second({one, other}));
}

TEST_CASE("the helper is gone after the guard, and leaves no descriptor behind") {
  const auto before = descriptors_of(::getpid());
  for (int round = 0; round < 20; ++round) {
    auto guard = start_guard();
    const pid_t pid = guard->pid();
    CHECK(lives(pid));
    const auto begin = SteadyTime::clock::now();
    guard.reset();
    CHECK(SteadyTime::clock::now() - begin < std::chrono::seconds(1));
    CHECK_FALSE(send_signal(pid, 0));
  }
  CHECK(descriptors_of(::getpid()) == before);
}

TEST_CASE("the helper holds nothing of the host, not even its session") {
  const UniqueFd inheritable(::open("/dev/null", O_RDONLY));
  auto guard = start_guard();
  const pid_t pid = guard->pid();
  REQUIRE(until([&] { return is_set_up(pid); }));
  CHECK(read_link("/proc/" + std::to_string(pid) + "/cwd") == "/");
  CHECK(read_link("/proc/" + std::to_string(pid) + "/fd/0").rfind("pipe:", 0) == 0);
  CHECK(stat_of(pid)->session == pid);
}

TEST_CASE("a helper that somebody killed is replaced by one that takes over what is watched") {
  Host host([](int output) {
    static auto guard = start_guard();
    TreeMarks marks;
    const std::uint64_t watched = marks.next();
    const std::uint64_t forgotten = marks.next();
    const std::uint64_t later = marks.next();
    const auto ticket = guard->watch(forgotten);
    guard->watch(watched);
    for (const std::uint64_t mark : {watched, forgotten, later}) start_tree(mark, output, sleeper);
    const pid_t first = guard->pid();
    if (!guard->is_alive() || !send_signal(first, SIGKILL)) ::_exit(1);
    if (!until([&] { return !guard->is_alive(); }) || send_signal(first, 0)) ::_exit(1);
    // A failure changes nothing: it can be tried again.
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    const rlimit none{0, files.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    if (!guard->start_again("") || guard->is_alive()) ::_exit(1);
    ::setrlimit(RLIMIT_NOFILE, &files);
    guard->forget(ticket);
    if (guard->start_again("") || !guard->is_alive()) ::_exit(1);
    guard->watch(later);
    ::dprintf(output, "%d\n", guard->pid());
  });
  std::set<pid_t> all;
  for (int i = 0; i < 4; ++i) all.insert(host.next_pid());
  REQUIRE(all.size() == 4);
  const auto living = [&] { return std::count_if(all.begin(), all.end(), lives); };
  REQUIRE(living() == 4);
  host.die();
  // The one that was forgotten is all that is left.
  CHECK(until([&] { return living() == 1; }, Milliseconds(1000)));
  for (const pid_t pid : all) send_signal(pid, SIGKILL);
}

TEST_CASE("closing the guard ends what is still watched") {
  ProcessTrees trees;
  const std::uint64_t mark = trees.marks().next();
  auto guard = start_guard();
  guard->watch(mark);
  Child child(trees, mark, forking_tree);
  const pid_t escaped = child.pid_line();
  guard.reset();
  CHECK_FALSE(lives(escaped));
  CHECK(WTERMSIG(child.reap()) == SIGKILL);
}

TEST_CASE("tickets are used again, and a full table only refuses") {
  TreeMarks marks;
  auto guard = start_guard();
  const auto first = guard->watch(marks.next());
  guard->forget(first);
  for (int i = 0; i < 1000; ++i) {
    const auto ticket = guard->watch(marks.next());
    CHECK(ticket == first);
    guard->forget(ticket);
  }
  std::vector<Guard::Ticket> all;
  while (all.size() < 200'000 && (all.empty() || all.back() != Guard::no_ticket))
    all.push_back(guard->watch(marks.next()));
  CHECK(all.size() == 131'073);
  for (const auto ticket : all) guard->forget(ticket);
  CHECK(guard->watch(marks.next()) != Guard::no_ticket);
}

TEST_CASE("where memory files may not be executed the helper starts from a file that is gone at once") {
  // The rule belongs to a pid namespace, so a new one can have it without disturbing the machine.
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (::unshare(CLONE_NEWPID) != 0) ::_exit(2);
    const pid_t first = ::fork();
    if (first == 0) {
      const UniqueFd rule(::open("/proc/sys/vm/memfd_noexec", O_WRONLY | O_CLOEXEC));
      if (!rule || ::write(rule.get(), "2", 1) != 1) ::_exit(2);
      if (make_memory_file("probe", true)) ::_exit(2);
      char directory[] = "/tmp/guard-test-XXXXXX";
      if (::mkdtemp(directory) == nullptr) ::_exit(1);
      const auto guard = Guard::start(directory);
      // Succeeds only when nothing is left in it.
      if (::rmdir(directory) != 0) ::_exit(1);
      ::_exit(guard.has_value() && send_signal(guard.value()->pid(), 0) ? 0 : 1);
    }
    int status = 0;
    ::waitpid(first, &status, 0);
    ::_exit(WEXITSTATUS(status));
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WEXITSTATUS(status) == 2)
    WARN("this system does not let the test forbid executable memory files");
  else
    CHECK(status == 0);
}

TEST_CASE("a small limit on the size of files makes a smaller table, and too small a one is an error that says so") {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &files) == 0);
  const auto limited = [&](rlim_t bytes) {
    const rlimit limit{bytes, files.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    auto guard = Guard::start("");
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &files) == 0);
    return guard;
  };
  {
    const auto guard = limited(64 * 1024);
    REQUIRE(guard.has_value());
    Guard::Ticket last = 0;
    int watched = 0;
    for (TreeMarks marks; (last = guard.value()->watch(marks.next())) != Guard::no_ticket;) ++watched;
    CHECK(watched > 4000);
    CHECK(watched < 4096);
  }
  const auto refused = limited(0);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("RLIMIT_FSIZE") != std::string::npos);
}
