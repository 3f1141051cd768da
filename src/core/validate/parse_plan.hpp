#pragma once

#include "core/model/config.hpp"
#include "core/model/plan.hpp"
#include "core/model/value.hpp"

namespace cloudops {

/// A plan as a caller handed it over, as a canonical plan with every command parsed (see parse_request). Pure. The
/// dependencies are in range, free of repeats and of cycles, and no two ids among the plan and its commands are equal.
/// Linear in the plan's size. Errors as parse_request's, with fields such as `commands[3].command.program`.
Expected<ExecutionPlan> parse_plan(const Value& raw, const Config& config);

}  // namespace cloudops
