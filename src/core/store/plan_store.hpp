#pragma once

#include "core/model/config.hpp"
#include "core/model/plan.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

namespace cloudops {

using PlanWaitCallback = std::function<void(const PlanResultPtr&)>;

/// What an engine knows about every plan it accepted, until cleanup forgets it. Engine thread only.
class PlanStore {
 public:
  explicit PlanStore(const Config& config) : config_(config) {}

  void add(const Uuid& id) { plans_.try_emplace(id); }
  /// The waiters to be called.
  std::vector<PlanWaitCallback> finish(const Uuid& id, PlanExecutionResult result, SteadyTime now);

  bool contains(const Uuid& id) const { return plans_.contains(id); }
  /// As it is now; nullptr: unknown or not finished.
  PlanResultPtr result(const Uuid& id) const;
  /// A command's result changed (its output left memory). Without effect when the plan has another command there.
  void replace_result(const Uuid& id, std::size_t index, ResultPtr result);
  /// For a plan that is known and not finished.
  void add_waiter(const Uuid& id, PlanWaitCallback waiter);

  /// Is told of every plan that is forgotten, with its result.
  using Forgotten = std::function<void(const PlanExecutionResult&)>;
  /// Forgets one finished plan. False: unknown or not finished.
  bool remove(const Uuid& id, const Forgotten& forgotten);
  /// Forgets the finished plans that are too old, then those beyond the count of executions that may be kept.
  void clean_up(SteadyTime now, const Forgotten& forgotten);

 private:
  struct Record {
    std::optional<PlanExecutionResult> result;
    SteadyTime finished_at{};
    std::list<Uuid>::iterator place;
    std::vector<PlanWaitCallback> waiters;
  };

  const Config& config_;
  std::unordered_map<Uuid, Record, UuidHash> plans_;
  /// Finished ones, the oldest first.
  std::list<Uuid> finished_;
};

}  // namespace cloudops
