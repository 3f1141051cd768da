#pragma once

#include "core/model/environment.hpp"
#include "core/model/request.hpp"

namespace cloudops {

/// The child's environment: the host's (unless inherit_env is false), then what an aws_cli command sets, then
/// the request's `env`, a later one winning over an earlier one.
ChildEnvironment build_environment(const ExecutionRequest& request, const Environment& host);

}  // namespace cloudops
