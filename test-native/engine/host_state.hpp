#pragma once

#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>

namespace cloudops::test {

/// Waits for a fact outside of the engine, which nothing announces.
inline bool eventually(const std::function<bool()>& fact) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!fact()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// Nothing of that pid is left, not even a zombie.
inline bool is_gone(int pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }

/// The letter of proc(5), 'R' or 'S' say, of a process or of a thread of this one; 'X' when there is none.
inline char state_of(int pid) {
  std::string stat;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/stat"), stat);
  const auto state = stat.rfind(") ");
  return state == std::string::npos ? 'X' : stat[state + 2];
}

/// It runs no more; one that is not ours may wait for its new parent to collect it.
inline bool has_ended(int pid) {
  const char state = state_of(pid);
  return state == 'Z' || state == 'X';
}

/// What this process holds of the system's. Equal before and after means that nothing leaked.
struct HostState {
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  /// Children, running or zombies.
  bool children = false;

  static HostState now() {
    // The first thread of a process brings the sanitizer's own with it, which stays.
    std::thread([] {}).join();
    HostState state;
    state.descriptors = entries("/proc/self/fd");
    state.threads = entries("/proc/self/task");
    siginfo_t info{};
    state.children = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
    return state;
  }
  bool operator==(const HostState& other) const {
    return descriptors == other.descriptors && threads == other.threads && children == other.children;
  }
  /// A joined thread is listed a moment longer.
  bool comes_back() const {
    return eventually([this] { return now() == *this; });
  }

 private:
  static std::size_t entries(const char* directory) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(directory), std::filesystem::directory_iterator()));
  }
};

}  // namespace cloudops::test
