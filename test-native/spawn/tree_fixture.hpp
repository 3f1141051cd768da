#pragma once

#include "core/os/unique_fd.hpp"
#include "core/spawn/proc_reader.hpp"
#include "core/spawn/tree_kill.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace cloudops::testing {

/// Waits for a fact.
inline bool until(const std::function<bool()>& fact, Milliseconds patience = Milliseconds(5000)) {
  const auto deadline = SteadyTime::clock::now() + patience;
  while (!fact()) {
    if (SteadyTime::clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

inline std::optional<ProcessStat> stat_of(pid_t pid) {
  const UniqueFd proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return read_process(real_system(), proc.get(), pid);
}

inline bool lives(pid_t pid) {
  const auto stat = stat_of(pid);
  return stat && !stat->zombie;
}

inline bool is_stopped(pid_t pid) {
  const auto stat = stat_of(pid);
  return stat && stat->stopped;
}

inline std::string read_line(int fd, int patience_ms = 5000) {
  std::string line;
  for (char byte = 0;;) {
    pollfd readable{fd, POLLIN, 0};
    if (::poll(&readable, 1, patience_ms) <= 0 || ::read(fd, &byte, 1) != 1 || byte == '\n') return line;
    line += byte;
  }
}

/// The pid in the next line; 0 when there is none.
inline pid_t read_pid(int fd) {
  const pid_t pid = std::atoi(read_line(fd).c_str());
  return pid > 1 ? pid : 0;
}

/// kill for one process and nothing else: 0 and -1 mean a group and everybody to the system.
inline bool send_signal(pid_t pid, int signal) { return pid > 1 && ::kill(pid, signal) == 0; }

/// The head of a shell loop that ends with this process: somebody who interrupts the tests must not be left with a tree
/// that forks for ever.
inline std::string while_tests_run() { return "while kill -0 " + std::to_string(::getpid()) + " 2>&-; "; }

/// A child of ours that leads its own group, carries a mark (if not 0), and whose standard output we read. What is
/// left of it and its descendants is killed in the end.
class Child {
 public:
  Child(ProcessTrees& trees, std::uint64_t mark, const std::function<void()>& body) : trees_(trees) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    output_.reset(ends[0]);
    const UniqueFd write_end(ends[1]);
    root_ = {::fork(), mark, false};
    REQUIRE(root_.leader >= 0);
    if (root_.leader == 0) {
      ::setpgid(0, 0);
      if (mark != 0) mark_self(mark);
      ::dup2(write_end.get(), 1);
      // Shells report there which of their children were killed.
      ::dup2(::open("/dev/null", O_WRONLY), 2);
      body();
      ::_exit(127);
    }
    ::setpgid(root_.leader, root_.leader);
  }
  Child(ProcessTrees& trees, std::uint64_t mark, const std::string& script)
      : Child(trees, mark, [&] { ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr); }) {}
  ~Child() {
    until([&] { return kill_trees(trees_, {&root_, 1})[0].empty(); });
    reap();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  static void mark_self(std::uint64_t mark) {
    rlimit limits{};
    ::getrlimit(RLIMIT_RTTIME, &limits);
    limits = marked_limits(limits, mark);
    if (::setrlimit(RLIMIT_RTTIME, &limits) != 0) ::_exit(126);
  }

  /// The status as waitpid gives it; waits.
  int reap() {
    if (root_.leader_reaped) return status_;
    while (::waitpid(root_.leader, &status_, 0) < 0 && errno == EINTR) {
    }
    root_.leader_reaped = true;
    return status_;
  }

  const TreeRoot& root() const { return root_; }
  int output() const { return output_.get(); }
  std::string line() { return read_line(output_.get()); }
  pid_t pid_line() {
    const pid_t pid = read_pid(output_.get());
    REQUIRE(pid > 1);
    return pid;
  }

 private:
  ProcessTrees& trees_;
  TreeRoot root_;
  UniqueFd output_;
  int status_ = 0;
};

inline bool holds(const std::vector<TreeMember>& members, pid_t pid) {
  for (const auto& member : members)
    if (member.pid == pid) return true;
  return false;
}

inline std::vector<TreeMember> find(const ProcessTrees& trees, const TreeRoot& root) {
  return trees.scan({&root, 1}).trees.front().members;
}

/// Prints its pid, then lives on with nothing of its starter left: new session, new parent, no descriptors, no
/// environment.
inline const char* const escape_script =
    R"(env -i setsid sh -c 'sh -c "echo \$\$; exec <&- >&- 2>&-; exec sleep 1000" &' & wait)";

}  // namespace cloudops::testing
