#pragma once

#include "core/model/error.hpp"
#include "core/model/request.hpp"
#include "core/validate/program_lookup.hpp"

#include <string>
#include <vector>

namespace cloudops {

/// A command as the kernel takes it.
struct ResolvedCommand {
  std::string executable;
  std::vector<std::string> argv;
};

/// Looks up what a command runs. Errors have fields from "command" on.
Expected<ResolvedCommand> resolve_command(const Command& command, const SearchPlace& place, ProgramLookup& programs);

}  // namespace cloudops
