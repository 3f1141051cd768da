#include "core/spawn/tree_kill.hpp"

#include <signal.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <unordered_set>
#include <utility>

namespace cloudops {
namespace {

/// After so many looks at a killed tree the caller's own timer is the better place to wait.
constexpr int looks_after_kill = 4;
/// So many passes at most to see that a tree is empty.
constexpr int passes_to_be_sure = 5;
/// So many of them, one after the other, must have seen nobody: where numbers are few (a small pid_max), a process may
/// have been started with one that the pass had gone by.
constexpr int calm_passes = 2;

struct Found {
  std::vector<TreeSight> trees;
  std::vector<bool> doubtful;
};

/// Repeats the scan for trees that were seen empty in a pass that proves little.
Found scan_surely(const ProcessTrees& trees, std::span<const TreeRoot> roots, int signal,
                  Reach reach = Reach::everybody) {
  Found found{std::vector<TreeSight>(roots.size()), std::vector<bool>(roots.size(), true)};
  std::vector<int> calm(roots.size());
  for (int pass = 0; pass < passes_to_be_sure; ++pass) {
    std::vector<std::size_t> open;
    std::vector<TreeRoot> open_roots;
    for (std::size_t i = 0; i < roots.size(); ++i) {
      if (!found.doubtful[i]) continue;
      open.push_back(i);
      open_roots.push_back(roots[i]);
    }
    if (open.empty()) break;
    TreeScan scan = trees.scan(open_roots, signal, reach);
    for (std::size_t i = 0; i < open.size(); ++i) {
      TreeSight& before = found.trees[open[i]];
      TreeSight& now = scan.trees[i];
      int& in_a_row = calm[open[i]];
      in_a_row = scan.blurred || now.dead != before.dead ? 0 : in_a_row + 1;
      found.doubtful[open[i]] = now.members.empty() && in_a_row < calm_passes;
      before = std::move(now);
    }
  }
  return found;
}

std::vector<TreeState> states_of(const Found& found) {
  std::vector<TreeState> states(found.trees.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    states[i].doubtful = found.doubtful[i];
    for (const auto& member : found.trees[i].members)
      (member.refused ? states[i].refused : states[i].alive).push_back(member.pid);
  }
  return states;
}

/// Stops all; returns when a pass found nobody who had not been sent the signal.
void freeze(const ProcessTrees& trees, std::span<const TreeRoot> roots, SteadyTime deadline) {
  std::unordered_set<pid_t> seen;
  for (bool grown = true; grown && SteadyTime::clock::now() < deadline;) {
    grown = false;
    for (const auto& tree : trees.scan(roots, SIGSTOP).trees)
      for (const auto& member : tree.members) grown |= seen.insert(member.pid).second;
  }
}

void let_them_die() {
  const timespec moment{0, 200'000};
  ::nanosleep(&moment, nullptr);
}

}  // namespace

std::vector<TreeState> look_at_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots) {
  return states_of(scan_surely(trees, roots, 0));
}

std::vector<TreeState> signal_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots, int signal,
                                    Reach reach) {
  const Found found = scan_surely(trees, roots, signal, reach);
  for (const auto& tree : found.trees)
    for (const auto& member : tree.members)
      if (member.stopped && !member.refused) trees.send(member, SIGCONT);
  return states_of(found);
}

std::vector<TreeState> kill_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots, Milliseconds budget) {
  const SteadyTime begin = SteadyTime::clock::now();
  freeze(trees, roots, begin + budget / 2);
  for (int look = 1;; ++look) {
    auto states = states_of(scan_surely(trees, roots, SIGKILL));
    const bool over = std::all_of(states.begin(), states.end(), [](const auto& state) { return state.over(); });
    if (over || look == looks_after_kill || SteadyTime::clock::now() - begin > budget) return states;
    let_them_die();
  }
}

}  // namespace cloudops
