#pragma once

#include "core/os/system.hpp"
#include "core/os/unique_fd.hpp"
#include "core/spawn/strangers.hpp"
#include "core/spawn/tree_marks.hpp"

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <vector>

namespace cloudops {

/// Where a tree begins.
struct TreeRoot {
  /// The process that the engine started; it leads a process group.
  pid_t leader = 0;
  /// What it and its descendants carry; 0: marks were not available.
  std::uint64_t mark = 0;
  /// Its number may be somebody else's by now.
  bool leader_reaped = false;
};

/// One living process of a tree, as it was seen.
struct TreeMember {
  pid_t pid = 0;
  /// 0: not known by its mark but by its relations.
  std::uint64_t mark = 0;
  /// Clock ticks since boot; with the pid, this is a process's identity. 0: could not be read.
  std::uint64_t started = 0;
  /// By a stop signal.
  bool stopped = false;
  /// The system did not let us send the signal.
  bool refused = false;
};

/// What one pass over /proc saw of one tree.
struct TreeSight {
  std::vector<TreeMember> members;
  /// The sum of the pids of marked zombies: a change from one pass to the next means that the tree lived in between.
  std::uint64_t dead = 0;
};

struct TreeScan {
  /// trees[i] belongs to roots[i].
  std::vector<TreeSight> trees;
  /// A tree that was seen empty need not be: some process, of a tree or not, ended between being listed and being
  /// looked at, and may have left a child that the pass missed; one could not be read for want of a descriptor or of
  /// memory; or the list of processes broke off.
  bool blurred = false;
};

enum class Delivery {
  sent,
  /// It had ended.
  gone,
  /// The system does not let us.
  refused,
};

/// Who of a tree gets a scan's signal.
enum class Reach {
  everybody,
  /// Whoever is not in the leader's process group: that has the signal already.
  outside_group,
};

struct TreePass;

/// Finds the processes of trees and sends them signals. Engine thread only; owns the engine's marks and an open /proc,
/// so that a process out of descriptors can still find what it has to kill.
///
/// A process belongs to a tree when it carries the tree's mark, wherever it went; another user's, whose limits prlimit
/// does not tell, shows it in /proc. One whose limits cannot be read there either (hidepid) or who changed that limit
/// belongs to it as long as it is the leader, is in the leader's process group, or, when its limits cannot be read, has
/// a parent in the tree. Without marks the same relations serve for all, which setsid together with a double fork
/// escapes. Zombies have ended and are never members.
class ProcessTrees {
 public:
  explicit ProcessTrees(System& system = real_system());
  explicit ProcessTrees(TreeMarks marks, System& system = real_system());

  TreeMarks& marks() { return marks_; }

  /// One pass over /proc for all the roots, valid for the moment. Costs about a microsecond per process of the machine,
  /// ten per member. Without /proc, or with one that shows nothing or another namespace's processes, a tree is its
  /// unreaped leader. SIGKILL goes to the leader's group as a whole, too.
  ///
  /// A `signal` other than 0 is sent to every member within reach; to those that carry a mark the moment they are seen,
  /// because some live just long enough to fork a successor.
  TreeScan scan(std::span<const TreeRoot> roots, int signal = 0, Reach reach = Reach::everybody) const;

  /// Shortly before that tree is to be ended: what of a pass can be done before, and in so much time, is done now, so
  /// that the signal and the end need not wait for it.
  void look_ahead(const TreeRoot& root, Milliseconds budget) const;

  /// SIGKILL to whoever is in the leader's process group, also to those that no list shows (no /proc, or one that hides
  /// processes: hidepid). Without effect once the leader was reaped, whose number may be another group's.
  void kill_group(const TreeRoot& root) const;

  /// The signal to the leader and everybody in its process group at one moment: none of them can have noticed another's
  /// end before, and what they start because of it does not get it. false: that cannot be done, or the leader has
  /// ended; nothing was sent to anybody who lives.
  bool signal_group(const TreeRoot& root, int signal) const;

  /// Never reaches another process than the one that was seen, even if that one has ended and its pid was given away.
  /// To be used before the engine reaps anything else: in the same turn as scan().
  Delivery send(const TreeMember& member, int signal) const;

 private:
  void look_at(const ListedProcess& process, TreePass& pass) const;
  /// The pass's signal, if there is one for that member. false: the system refused.
  bool give_signal(const TreeMember& member, std::size_t tree, const TreePass& pass) const;
  bool is_still(const TreeMember& member) const;
  /// Where its mark is, if it has one. 0, or -errno.
  int limits_of(pid_t pid, struct rlimit& limits) const;
  /// It waits for its execution to be settled: a zombie, though /proc cannot say so.
  bool is_ended_leader(pid_t pid, const TreePass& pass) const;
  /// A descriptor, or -errno: -ENOENT as well when it is there for others.
  int open_proc() const;

  System& system_;
  TreeMarks marks_;
  /// Opened again if there was no descriptor for it.
  mutable UniqueFd proc_;
  mutable Strangers strangers_;
};

}  // namespace cloudops
