#pragma once

#include "core/validate/base_dir.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cloudops {

/// Where a child would look for programs.
struct SearchPlace {
  /// The child's PATH; absent when it has none: default_search_path is searched. An empty part means `base`.
  std::optional<std::string_view> path;
  /// The child's working directory.
  const BaseDir& base;
};

/// Searched by a child without PATH. The C libraries differ here; this is what a login shell would find.
inline constexpr std::string_view default_search_path = "/usr/local/bin:/usr/bin:/bin";

/// The absolute path of what was found, or why there is nothing to run.
struct FoundProgram {
  std::string path;
  /// The end of a sentence that starts with the program's name; empty when it was found.
  std::string problem;
  /// What execve would fail with; 0 when it was found.
  int error = 0;
  /// A file, or something else that cannot be run, stands there.
  bool is_there = false;
};

/// The regular, executable file that `program` stands for: with a slash, a path; else the first one in PATH. No message
/// shows the value of PATH.
FoundProgram find_program(const std::string& program, const SearchPlace& place);

/// The same, asking the file system once about each program and place. Lives for one validation: files change.
class ProgramLookup {
 public:
  const FoundProgram& find(const std::string& program, const SearchPlace& place);

 private:
  std::unordered_map<std::string, FoundProgram> found_;
};

}  // namespace cloudops
