#pragma once

#include "core/model/plan.hpp"
#include "core/model/value.hpp"
#include "core/validate/report.hpp"

#include <cstddef>

namespace cloudops {

/// The `strategy` of a plan of `count` commands; what is wrong, a cycle too, goes to `report`.
PlanStrategy read_strategy(const Value& raw, const FieldPath& path, std::size_t count, Report& report);

}  // namespace cloudops
