#pragma once

#include "core/model/time.hpp"
#include "core/spawn/process_tree.hpp"

#include <sys/types.h>

#include <span>
#include <vector>

namespace cloudops {

/// What a step against a tree left.
struct TreeState {
  /// Living processes that take our signals.
  std::vector<pid_t> alive;
  /// Living processes that the system does not let us signal.
  std::vector<pid_t> refused;
  /// Nobody was seen to live, but processes came to their ends meanwhile and may have left children: look again.
  bool doubtful = false;

  /// Nothing is left.
  bool empty() const { return over() && refused.empty(); }
  /// Nothing is left that we can do anything about.
  bool over() const { return alive.empty() && !doubtful; }
};

/// Who is there. Looks several times when it saw nobody while processes were ending.
std::vector<TreeState> look_at_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots);

/// `signal` to every process of the trees within reach; then SIGCONT to all stopped ones, which could not act on it.
std::vector<TreeState> signal_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots, int signal,
                                    Reach reach = Reach::everybody);

/// SIGSTOP until nobody new is found, so that nothing forks away or restarts what dies, then SIGKILL to all, then a
/// look.
///
/// Returns after `budget` at the latest (plus a few passes), mostly after a millisecond. A tree that is not over()
/// then is dying slowly or still growing: call again after some milliseconds.
std::vector<TreeState> kill_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots,
                                  Milliseconds budget = Milliseconds(20));

}  // namespace cloudops
