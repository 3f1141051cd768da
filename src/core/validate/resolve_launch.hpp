#pragma once

#include "core/model/environment.hpp"
#include "core/model/error.hpp"
#include "core/model/launch_spec.hpp"
#include "core/model/request.hpp"

#include <string>

namespace cloudops {

/// The part of validation that asks the file system: looks up the program, the script with its interpreter, the
/// working directory and the stdin file of a request that parse_request accepted, and puts the child's argv and
/// environment together. Starts and creates nothing. `host_env` is the host's environment when `execute` was called.
///
/// A relative working_dir and a relative output_log_path start at the host's working directory; every other relative
/// path starts at the child's. A FIFO is refused as stdin file: opening it would wait for a writer.
///
/// Fails with ErrorCode::validation, fields prefixed by `path_prefix`; no message holds the value of a variable
/// (except PATH, when a program is not in it) or stdin data. What it found can change until the child starts:
/// that shows as SPAWN_FAILED.
Expected<LaunchSpec> resolve_launch(const ExecutionRequest& request, const Environment& host_env,
                                    const std::string& path_prefix = "");

}  // namespace cloudops
