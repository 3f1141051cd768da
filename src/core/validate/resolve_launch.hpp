#pragma once

#include "core/model/environment.hpp"
#include "core/model/error.hpp"
#include "core/model/launch_spec.hpp"
#include "core/model/request.hpp"
#include "core/validate/base_dir.hpp"
#include "core/validate/program_lookup.hpp"

#include <string>
#include <unordered_map>

namespace cloudops {

/// The part of validation that asks the file system: looks up the program, the script with its interpreter, the
/// working directory and the stdin file of a request that parse_request accepted, and puts the child's argv and
/// environment together. Starts and creates nothing.
///
/// A relative working_dir and a relative output_log_path start at the host's working directory; every other relative
/// path starts at the child's. A FIFO is refused as stdin file: opening it would wait for a writer.
///
/// Fails with ErrorCode::validation, fields prefixed by `path_prefix`; no message holds the value of a variable or
/// stdin data. A script that cannot be read for want of descriptors or memory is ErrorCode::io. What it found can
/// change until the child starts: that shows as SPAWN_FAILED.
///
/// One of it serves all commands of a plan: a directory or a program that many of them name is looked at once, and they
/// share the host's environment. Lives for one validation.
class LaunchResolver {
 public:
  /// `host_env` is the host's environment when `execute` was called.
  explicit LaunchResolver(Environment host_env);

  Expected<LaunchSpec> resolve(const ExecutionRequest& request, const std::string& path_prefix);

 private:
  Expected<LaunchSpec> resolve(const ExecutionRequest& request);
  const Expected<std::string>& working_dir_of(const std::string& given);

  const Environment host_env_;
  const BaseDir host_dir_;
  std::unordered_map<std::string, Expected<std::string>> working_dirs_;
  ProgramLookup programs_;
};

/// The same, for a request by itself.
Expected<LaunchSpec> resolve_launch(const ExecutionRequest& request, const Environment& host_env,
                                    const std::string& path_prefix = "");

}  // namespace cloudops
