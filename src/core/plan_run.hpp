#pragma once

#include "core/execution.hpp"
#include "core/model/plan.hpp"
#include "core/schedule/plan_schedule.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cloudops {

std::vector<std::int64_t> priorities_of(const std::vector<AcceptedRequest>& commands);

/// One plan while it runs: what is left of its commands, and their results so far. Engine thread only.
struct PlanRun {
  PlanRun(const Uuid& plan_id, const PlanStrategy& strategy, std::vector<AcceptedRequest> accepted, SteadyTime now)
      : id(plan_id),
        commands(std::move(accepted)),
        results(commands.size()),
        dropped(commands.size()),
        schedule(strategy, priorities_of(commands)),
        began(now) {
    for (const auto& command : commands) ids.push_back(command.id);
  }

  const Uuid id;
  std::vector<Uuid> ids;
  /// A command that has started is moved out of here.
  std::vector<AcceptedRequest> commands;
  std::vector<ResultPtr> results;
  /// Which did not run because another command did not succeed.
  std::vector<bool> dropped;
  PlanSchedule schedule;
  SteadyTime began;
  std::size_t finished = 0;
  bool cancelled = false;
};

/// The result of a plan all of whose commands have one.
PlanExecutionResult describe_plan(const PlanRun& run, SteadyTime now);

/// Why a command did not run: "not run: command 2 failed".
std::string not_run_because(std::size_t index, ExecutionStatus status);

}  // namespace cloudops
