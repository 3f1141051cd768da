#pragma once

#include "core/spawn/proc_reader.hpp"
#include "core/spawn/process_tree.hpp"

#include <sys/types.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace cloudops {

/// Which roots a pass looks for, and what it found.
struct TreePass {
  struct Marked {
    ProcessStat stat;
    bool refused = false;
  };

  TreePass(std::span<const TreeRoot> all, int sent, Reach who)
      : roots(all),
        signal(sent),
        reach(who),
        leader_refused(all.size()),
        leader_ended(all.size()),
        marked(all.size()),
        dead(all.size()) {
    for (std::size_t i = 0; i < roots.size(); ++i) {
      all_marked &= roots[i].mark != 0;
      if (roots[i].mark != 0) by_mark.emplace(roots[i].mark, i);
      by_leader.emplace(roots[i].leader, i);
    }
  }

  /// Leaders come first: a shell whose child is gone before it hears of the signal ends as if nothing had happened,
  /// without running its trap. Where there are no marks the parent links are needed until everybody is found.
  bool is_signalled_first(std::size_t tree) const {
    return signal != 0 && reach == Reach::everybody && roots[tree].mark != 0 && !roots[tree].leader_reaped;
  }
  bool is_signalled_leader(std::size_t tree, pid_t pid) const {
    return is_signalled_first(tree) && pid == roots[tree].leader;
  }

  const pid_t self = ::getpid();
  std::span<const TreeRoot> roots;
  int signal;
  Reach reach;
  /// Else relations tell who belongs to one of them.
  bool all_marked = true;
  /// Per root: its leader, which gets a signal before everybody else, does not take it.
  std::vector<bool> leader_refused;
  /// Per root: its leader, unreaped, had ended before the pass began. It says nothing about what lived meanwhile.
  std::vector<bool> leader_ended;
  std::unordered_map<std::uint64_t, std::size_t> by_mark;
  std::unordered_map<pid_t, std::size_t> by_leader;
  /// Per root: those that carry its mark.
  std::vector<std::vector<Marked>> marked;
  /// Per root: TreeSight::dead.
  std::vector<std::uint64_t> dead;
  /// Those without a readable mark that may be somebody's by their relations.
  std::vector<ProcessStat> others;
  bool blurred = false;
};

/// The living processes of its tree number `tree`, once all were looked at.
std::vector<TreeMember> members_of(const TreePass& pass, std::size_t tree);

}  // namespace cloudops
