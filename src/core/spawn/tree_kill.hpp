#pragma once

#include "core/model/time.hpp"
#include "core/spawn/process_tree.hpp"

#include <sys/types.h>

#include <span>
#include <vector>

namespace cloudops {

/// What a step against a tree left.
struct TreeState {
  /// Living processes that take our signals: asking again makes sense.
  std::vector<pid_t> alive;
  /// Living processes that the system does not let us signal.
  std::vector<pid_t> refused;

  bool empty() const { return alive.empty() && refused.empty(); }
};

/// Who is there, one pass.
std::vector<TreeState> look_at_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots);

/// One pass: `signal` to every process of the trees; then SIGCONT to the stopped ones, which could not act on it.
std::vector<TreeState> signal_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots, int signal);

/// SIGSTOP until nobody new is found, so that nothing forks away or restarts what dies, then SIGKILL to all, then a look.
///
/// Returns after `budget` at the latest (plus one pass), mostly after a millisecond; what is still `alive` then is dying
/// slowly or appeared late: call again after some milliseconds. Empty: the tree was seen to be empty.
std::vector<TreeState> kill_trees(const ProcessTrees& trees, std::span<const TreeRoot> roots,
                                  Milliseconds budget = Milliseconds(20));

}  // namespace cloudops
