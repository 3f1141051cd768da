#pragma once

#include "core/model/plan.hpp"

#include <cstddef>
#include <deque>
#include <vector>

namespace cloudops {

/// Given what has finished so far: which of a plan's commands may start now, and which never will? Pure data; every
/// command and every dependency is looked at once, so a plan costs time linear in its size.
///
/// Ready work starts as soon as there is room, lower index first among what became ready together: no levels, no waves.
class PlanSchedule {
 public:
  /// A command that will not run, and the one whose end is the reason.
  struct Dropped {
    std::size_t index = 0;
    std::size_t because_of = 0;
  };

  /// The strategy is valid for `count` commands: indices in range, no cycle.
  PlanSchedule(const PlanStrategy& strategy, std::size_t count);

  /// The commands to start now; they count as running from here on.
  std::vector<std::size_t> take_ready();

  /// A running command has ended. The commands that can therefore never run, each once.
  std::vector<Dropped> finish(std::size_t index, bool success);

  /// Takes out a command that does not run yet; dropped are those that waited for its success. Those that waited only
  /// for its end now wait for what it waited for.
  std::vector<Dropped> withdraw(std::size_t index);
  /// Takes out all that do not run yet; which these were.
  std::vector<std::size_t> withdraw_all();

  bool done() const { return left_ == 0; }

 private:
  enum class State : unsigned char { waiting, ready, running, over };
  struct Command {
    State state = State::waiting;
    std::size_t waits_for = 0;
    std::vector<std::size_t> dependents;
  };

  void depend(std::size_t later, std::size_t earlier);
  void end(std::size_t index);
  void release_dependents_of(std::size_t index);
  std::vector<Dropped> drop_dependents_of(std::size_t index);

  std::vector<Command> commands_;
  std::deque<std::size_t> ready_;
  std::size_t max_running_;
  /// A command's failure stops what depends on it; without, its end alone is enough.
  bool success_needed_ = true;
  std::size_t running_ = 0;
  std::size_t left_;
};

}  // namespace cloudops
