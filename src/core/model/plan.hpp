#pragma once

#include "core/model/request.hpp"
#include "core/model/result.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cloudops {

/// One command after another, in the order given.
struct SerialStrategy {
  /// true: a command that did not succeed stops the rest.
  bool stop_on_error = true;
};

/// All at once, as slots allow.
struct ParallelStrategy {
  /// Absent: only the engine's slots limit it.
  std::optional<std::size_t> max_concurrency;
};

/// A command starts when all it depends on have succeeded.
struct DependencyGraphStrategy {
  /// Command index to the indices it waits for.
  std::map<std::size_t, std::vector<std::size_t>> dependencies;
  std::optional<std::size_t> max_concurrency;
};

using PlanStrategy = std::variant<SerialStrategy, ParallelStrategy, DependencyGraphStrategy>;

struct ExecutionPlan {
  std::optional<Uuid> id;
  std::string description;
  PlanStrategy strategy;
  std::vector<ExecutionRequest> commands;
  std::optional<ExecutionMetadata> metadata;
};

struct PlanStats {
  std::uint64_t total = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t timeout = 0;
};

/// What became of a plan. results[i] always belongs to commands[i].
struct PlanExecutionResult {
  Uuid plan_id{};
  ExecutionStatus status = ExecutionStatus::failed;
  std::vector<ResultPtr> results;
  std::chrono::microseconds total_duration{0};
  PlanStats stats;
};

using PlanResultPtr = std::shared_ptr<const PlanExecutionResult>;

}  // namespace cloudops
