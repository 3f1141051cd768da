#include "core/validate/program_lookup.hpp"

#include "core/validate/file_check.hpp"
#include "core/validate/wording.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace cloudops {
namespace {

/// The file at `path`, or why it cannot be run.
FoundProgram look_at(const std::string& path) {
  const FileCheck check = check_file(path);
  const auto obstacle = [&](int error, const std::string& why) {
    return FoundProgram{{}, "cannot be run: " + in_quotes(path) + ' ' + why, error, check.error == 0};
  };
  if (check.error != 0) return obstacle(check.error, why_unreachable(check.error));
  if (check.kind != FileKind::regular) return obstacle(EACCES, std::string("is ") + described(check.kind));
  if (!may_execute(path)) return obstacle(EACCES, "is not executable");
  return {path, {}, 0, true};
}

std::string not_found(const SearchPlace& place) {
  if (!place.path) return "was not found in " + std::string(default_search_path) + ", searched because PATH is not set";
  // Counted, not shown: what is in the environment appears in no error.
  const auto directories = std::count(place.path->begin(), place.path->end(), ':') + 1;
  return "was not found in the " + std::to_string(directories) + (directories == 1 ? " directory" : " directories") +
         " of the PATH that the child would have";
}

}  // namespace

FoundProgram find_program(const std::string& program, const SearchPlace& place) {
  if (program.find('/') != std::string::npos) return look_at(place.base.absolute(program));
  std::string_view rest = place.path.value_or(default_search_path);
  // As execvp: a file that is there but cannot be run does not end the search; it is told when nothing else is found.
  std::optional<FoundProgram> nearly;
  for (bool more = true; more;) {
    const auto colon = rest.find(':');
    const std::string directory(rest.substr(0, colon));
    more = colon != std::string_view::npos;
    rest.remove_prefix(more ? colon + 1 : rest.size());
    const std::string path = place.base.absolute(directory.empty() ? program : absolute_below(directory, program));
    FoundProgram found = look_at(path);
    if (found.error == 0) return found;
    if (!nearly && found.is_there) nearly = std::move(found);
  }
  return nearly ? *nearly : FoundProgram{{}, not_found(place), ENOENT};
}

const FoundProgram& ProgramLookup::find(const std::string& program, const SearchPlace& place) {
  // Neither names nor directories hold a NUL byte. A PATH that is empty is not one that is not set.
  std::string key = program;
  if (!program.starts_with('/')) {
    key.append(1, '\0').append(place.base.given()).append(1, '\0');
    if (place.path) key.append("=").append(*place.path);
  }
  const auto known = found_.find(key);
  if (known != found_.end()) return known->second;
  return found_.emplace(std::move(key), find_program(program, place)).first->second;
}

}  // namespace cloudops
