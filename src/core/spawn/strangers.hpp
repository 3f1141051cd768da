#pragma once

#include "core/model/time.hpp"
#include "core/spawn/proc_reader.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace cloudops {

/// The processes that a pass over /proc found to be nobody's, so that the next pass need not ask the kernel about them
/// again: most processes of a machine, and most of a pass.
///
/// One whose number was given to another has another directory in /proc, with another inode. Believed for a second, in
/// case a /proc does not keep to that.
class Strangers {
 public:
  /// A new pass begins: what it does not add is forgotten with finish().
  void begin(SteadyTime now) {
    next_.clear();
    if (now - since_ <= std::chrono::seconds(1)) return;
    forget();
    since_ = now;
  }
  void forget() {
    known_.clear();
    since_ = {};
  }
  /// They were looked at not long ago.
  bool are_known(SteadyTime now) const { return now - since_ <= std::chrono::milliseconds(100); }
  /// Nobody's when it was looked at; its process group then. Absent groups: 0.
  void add(const ListedProcess& process, pid_t group) { next_.push_back({process, group}); }
  /// All processes were listed.
  void finish() {
    std::sort(next_.begin(), next_.end(), sooner);
    // Of a /proc that does not tell them apart by it nobody is known.
    if (next_.size() > 1 && next_[0].process.inode == next_[1].process.inode) next_.clear();
    std::swap(known_, next_);
  }

  /// The group that it had; -1: it is not known.
  pid_t group_of(const ListedProcess& process) const {
    const auto found = std::lower_bound(known_.begin(), known_.end(), Known{process, 0}, sooner);
    // 0 and 1 stand for an inode that is not known.
    const bool same = found != known_.end() && found->process.pid == process.pid && process.inode > 1 &&
                      found->process.inode == process.inode;
    return same ? found->group : -1;
  }

 private:
  struct Known {
    ListedProcess process;
    pid_t group = 0;
  };
  static bool sooner(const Known& one, const Known& other) { return one.process.pid < other.process.pid; }

  std::vector<Known> known_;
  std::vector<Known> next_;
  /// When the oldest of them was looked at, or earlier.
  SteadyTime since_{};
};

}  // namespace cloudops
