#pragma once

#include "core/model/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cloudops {

/// `shell -c command`.
struct ShellCommand {
  std::string command;
  std::string shell = "bash";
};

/// A program with its arguments: no shell, no interpolation.
struct ExecCommand {
  std::string program;
  std::vector<std::string> args;
};

/// A script file. Run by `interpreter`, else by its shebang line, else by bash.
struct ScriptCommand {
  std::string path;
  std::optional<std::string> interpreter;
  std::vector<std::string> args;
};

/// `aws service operation args…`, with the pager off and JSON output.
struct AwsCliCommand {
  std::string service;
  std::string operation;
  std::vector<std::string> args;
  std::optional<std::string> profile;
  std::optional<std::string> region;
};

using Command = std::variant<ShellCommand, ExecCommand, ScriptCommand, AwsCliCommand>;

/// One line for a person: "aws ec2 describe-instances", "git commit -m 'two words'". Arguments that a shell would
/// split are quoted. Never holds environment or stdin.
std::string display(const Command& command);

/// The child reads /dev/null.
struct StdinEmpty {};
/// The child reads exactly these bytes, then end of file.
struct StdinData {
  std::string data;
};
/// The child reads this file, opened by the engine; a relative path starts at the working directory.
struct StdinFile {
  std::string path;
};
/// The child reads what `write_stdin` sends until `close_stdin`.
struct StdinPipe {};
using Stdin = std::variant<StdinEmpty, StdinData, StdinFile, StdinPipe>;

/// Name and value in the order given; a later entry wins over an earlier one of the same name.
using NameValues = std::vector<std::pair<std::string, std::string>>;

/// A text or null.
using NullableText = std::optional<std::string>;

/// The caller's own notes, echoed in the result and the summary as they were given: what is absent stays absent, null
/// stays null.
struct ExecutionMetadata {
  std::optional<NullableText> source;
  std::optional<NullableText> conversation_id;
  std::optional<NameValues> tags;
};

/// One command to run, canonical: defaults that need no configuration are filled in.
struct ExecutionRequest {
  /// Made (version 4) on acceptance when absent.
  std::optional<Uuid> id;
  Command command;
  /// Added to the inherited environment; wins over it.
  NameValues env;
  /// false: the child has only `env` (and what an aws_cli command sets).
  bool inherit_env = true;
  /// Absent: the host's working directory.
  std::optional<std::string> working_dir;
  /// Milliseconds from the start attempt. Absent: Config::default_timeout_ms.
  std::optional<std::uint64_t> timeout_ms;
  /// This execution's log goes to this file instead of into Config::log_dir.
  std::optional<std::string> output_log_path;
  Stdin stdin_source;
  /// Higher leaves the queue first; first in, first out within one priority. What a double holds exactly.
  std::int64_t priority = 0;
  std::optional<ExecutionMetadata> metadata;
};

}  // namespace cloudops
