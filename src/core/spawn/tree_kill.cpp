#include "core/spawn/tree_kill.hpp"

#include <signal.h>
#include <time.h>

#include <chrono>
#include <cstddef>
#include <unordered_set>

namespace cloudops {
namespace {

using Found = std::vector<std::vector<TreeMember>>;
using Pids = std::unordered_set<pid_t>;

/// After these looks at a killed tree the caller's own timer is the better place to wait.
constexpr int looks_after_kill = 4;

std::vector<TreeState> states_of(const Found& found, const Pids& refused) {
  std::vector<TreeState> states(found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    for (const auto& member : found[i])
      (refused.contains(member.pid) ? states[i].refused : states[i].alive).push_back(member.pid);
  return states;
}

void send_to(const ProcessTrees& trees, const TreeMember& member, int signal, Pids& refused) {
  if (trees.send(member, signal) == Delivery::refused) refused.insert(member.pid);
}

/// Stops all; returns when a pass found nobody who had not been sent the signal.
void freeze(const ProcessTrees& trees, std::span<const TreeRoot> roots, SteadyTime deadline, Pids& refused) {
  Pids seen;
  for (bool grown = true; grown && SteadyTime::clock::now() < deadline;) {
    grown = false;
    for (const auto& tree : trees.find(roots))
      for (const auto& member : tree) {
        if (!seen.insert(member.pid).second) continue;
        grown = true;
        if (!member.stopped) send_to(trees, member, SIGSTOP, refused);
      }
  }
}

void let_them_die() {
  const timespec moment{0, 200'000};
  ::nanosleep(&moment, nullptr);
}

}  // namespace

std::vector<TreeState> look_at_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots) {
  return states_of(trees.find(roots), {});
}

std::vector<TreeState> signal_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots, int signal) {
  Pids refused;
  const Found found = trees.find(roots);
  for (const auto& tree : found)
    for (const auto& member : tree) send_to(trees, member, signal, refused);
  for (const auto& tree : found)
    for (const auto& member : tree)
      if (member.stopped) send_to(trees, member, SIGCONT, refused);
  return states_of(found, refused);
}

std::vector<TreeState> kill_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots, Milliseconds budget) {
  const SteadyTime begin = SteadyTime::clock::now();
  Pids refused;
  freeze(trees, roots, begin + budget / 2, refused);
  for (int look = 0;; ++look) {
    const Found found = trees.find(roots);
    bool killed = false;
    for (const auto& tree : found)
      for (const auto& member : tree) {
        if (refused.contains(member.pid)) continue;
        send_to(trees, member, SIGKILL, refused);
        killed = true;
      }
    if (!killed || look == looks_after_kill || SteadyTime::clock::now() - begin > budget)
      return states_of(found, refused);
    let_them_die();
  }
}

}  // namespace cloudops
