#pragma once

#include "core/model/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <queue>
#include <vector>

namespace cloudops {

/// Given what has finished so far: which of a plan's commands may start now, and which never will? Pure data; every
/// command and every dependency is looked at once.
///
/// Ready work starts as soon as there is room, higher priority first; within one priority in the order of getting
/// ready, and lower index first among what became ready together. No levels, no waves.
class PlanSchedule {
 public:
  /// A command that will not run, and the one whose end is the reason.
  struct Dropped {
    std::size_t index = 0;
    std::size_t because_of = 0;
  };

  /// A command for each priority. The strategy is valid for them: indices in range, no cycle.
  PlanSchedule(const PlanStrategy& strategy, std::vector<std::int64_t> priorities);

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

  struct Ready {
    std::int64_t priority = 0;
    std::uint64_t ticket = 0;
    std::size_t index = 0;
    /// It leaves after the other.
    bool operator<(const Ready& other) const {
      return priority != other.priority ? priority < other.priority : ticket > other.ticket;
    }
  };

  void depend(std::size_t later, std::size_t earlier);
  void get_ready(std::size_t index);
  void end(std::size_t index);
  void release_dependents_of(std::size_t index);
  std::vector<Dropped> drop_dependents_of(std::size_t index);

  std::vector<Command> commands_;
  std::vector<std::int64_t> priorities_;
  std::priority_queue<Ready> ready_;
  std::uint64_t tickets_ = 0;
  std::size_t max_running_;
  /// A command's failure stops what depends on it; without, its end alone is enough.
  bool success_needed_ = true;
  std::size_t running_ = 0;
  std::size_t left_;
};

}  // namespace cloudops
