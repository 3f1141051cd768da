#pragma once

#include "core/model/result.hpp"

#include <optional>

namespace cloudops {

/// The facts that must come together before an execution may settle, and nothing else. Pure data.
///
/// An execution settles when its process has exited, its pipes are drained and, if it was terminated, its tree is
/// empty. A pipe that a descendant holds open counts as drained once it has been silent for the drain grace (the
/// caller's timer). The first cause of termination wins; a later one changes nothing.
class Settlement {
 public:
  /// False: something else came first.
  bool terminate(TerminationCause cause) {
    if (cause_) return false;
    cause_ = cause;
    return true;
  }
  const std::optional<TerminationCause>& cause() const { return cause_; }

  void exited() { exited_ = true; }
  bool has_exited() const { return exited_; }

  void pipe_ended() { --open_pipes_; }
  void pipes_opened(int count) { open_pipes_ = count; }
  /// The grace passed: what still holds the pipes is not waited for.
  void give_up_pipes() {
    incomplete_ = open_pipes_ > 0;
    open_pipes_ = 0;
  }
  bool output_incomplete() const { return incomplete_; }

  void tree_emptied() { tree_empty_ = true; }

  /// Only the pipes are missing: time to count the drain grace.
  bool waits_for_pipes_only() const { return exited_ && open_pipes_ > 0 && (!cause_ || tree_empty_); }
  bool complete() const { return exited_ && open_pipes_ == 0 && (!cause_ || tree_empty_); }

 private:
  std::optional<TerminationCause> cause_;
  int open_pipes_ = 0;
  bool exited_ = false;
  bool tree_empty_ = false;
  bool incomplete_ = false;
};

}  // namespace cloudops
