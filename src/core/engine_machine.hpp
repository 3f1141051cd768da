#pragma once

#include "core/execution.hpp"
#include "core/runtime.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace cloudops {

/// What an engine needs to run children, and gives back when it is closed: the eyes on /proc, the ladder, the guard,
/// timers, descriptors. Engine thread only; destroyed by the engine's owner after that thread has ended.
class EngineMachine {
 public:
  EngineMachine(const Config& config, EventSink& sink, Runtime& runtime, System& system);
  EngineMachine(const EngineMachine&) = delete;
  EngineMachine& operator=(const EngineMachine&) = delete;

  /// Before each start. The first one opens what is needed and starts the helper (an engine that
  /// never starts a child has none). Later ones replace a helper that somebody killed, and while none can be had, try
  /// again, at most once a second; the sink is warned once.
  void prepare();
  /// Nothing runs any more: ends the helper and gives up children that the system does not end.
  void retire();

  ExecutionContext& context() { return context_; }
  Timer& cleanup_task() { return cleanup_task_; }
  Timer& close_deadline() { return close_deadline_; }
  void keep_until_reaped(std::unique_ptr<ChildProcess> child) { unreaped_.push_back(std::move(child)); }

 private:
  std::optional<Error> start_guard();

  const Config& config_;
  System& system_;
  ProcessTrees trees_;
  Terminator terminator_;
  std::unique_ptr<Guard> guard_;
  bool prepared_ = false;
  SteadyTime next_guard_attempt_{};
  bool warned_ = false;
  ExecutionContext context_;
  Timer cleanup_task_;
  Timer close_deadline_;
  std::vector<std::unique_ptr<ChildProcess>> unreaped_;
};

}  // namespace cloudops
