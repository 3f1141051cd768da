#include "core/validate/resolve_command.hpp"

#include "core/model/shortage.hpp"
#include "core/os/unique_fd.hpp"
#include "core/validate/file_check.hpp"
#include "core/validate/shebang.hpp"
#include "core/validate/wording.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace cloudops {
namespace {

constexpr auto invalid_command = ValidationKind::invalid_command;

void append(std::vector<std::string>& argv, const std::vector<std::string>& more) {
  argv.insert(argv.end(), more.begin(), more.end());
}

/// Programs take a word that begins so for an option.
bool looks_like_option(const std::string& word) { return word.starts_with('-') || word.starts_with('+'); }

/// The first bytes of a file, or -errno.
struct Beginning {
  int error = 0;
  std::string bytes;
};

Beginning read_beginning(const std::string& path) {
  // O_NONBLOCK: the file may have become a FIFO since it was looked at.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return {errno, {}};
  std::array<char, shebang_size> buffer{};
  ssize_t size = 0;
  do {
    size = ::read(fd.get(), buffer.data(), buffer.size());
  } while (size < 0 && errno == EINTR);
  if (size < 0) return {errno, {}};
  return {0, std::string(buffer.data(), static_cast<std::size_t>(size))};
}

/// No fault of the request.
Error not_readable_now(const std::string& path, int error) {
  Error result;
  result.code = ErrorCode::io;
  result.errno_name = errno_name(error);
  result.message = "The script " + in_quotes(path) + " cannot be read at the moment (" + result.errno_name + ").";
  return result;
}

class Resolver {
 public:
  Resolver(const SearchPlace& place, ProgramLookup& programs) : place_(place), programs_(programs) {}

  Expected<ResolvedCommand> operator()(const ShellCommand& shell) const {
    // After -c a shell still reads options; a blank in front changes nothing else.
    const std::string text = looks_like_option(shell.command) ? ' ' + shell.command : shell.command;
    return resolve(shell.shell, {shell.shell, "-c", text}, "command.shell", "shell");
  }

  Expected<ResolvedCommand> operator()(const ExecCommand& exec) const {
    std::vector<std::string> argv{exec.program};
    append(argv, exec.args);
    return resolve(exec.program, std::move(argv), "command.program", "program");
  }

  Expected<ResolvedCommand> operator()(const AwsCliCommand& aws) const {
    std::vector<std::string> argv{"aws", aws.service, aws.operation};
    append(argv, aws.args);
    return resolve("aws", std::move(argv), "command", "program");
  }

  Expected<ResolvedCommand> operator()(const ScriptCommand& script) const {
    const std::string path = place_.base.absolute(script.path);
    const auto wrong = [&](ValidationKind kind, const std::string& why) {
      return validation_error(kind, "command.path", "The script " + in_quotes(path) + ' ' + why + '.');
    };
    const FileCheck check = check_file(path);
    if (check.error == EACCES) return wrong(invalid_command, "cannot be reached: permission denied");
    if (check.error != 0) return wrong(ValidationKind::script_not_found, why_unreachable(check.error));
    if (check.kind != FileKind::regular)
      return wrong(ValidationKind::script_not_found, std::string("is ") + described(check.kind) + ", not a file");
    const Beginning beginning = read_beginning(path);
    if (is_shortage(beginning.error)) return not_readable_now(path, beginning.error);
    if (beginning.error != 0) return wrong(invalid_command, "cannot be read (" + errno_name(beginning.error) + ')');

    // The child starts in the directory that a relative path starts at, so the path works as it was given.
    std::vector<std::string> rest{looks_like_option(script.path) ? "./" + script.path : script.path};
    append(rest, script.args);
    if (script.interpreter)
      return interpreted(*script.interpreter, std::nullopt, rest, "command.interpreter", "interpreter");
    if (const auto shebang = parse_shebang(beginning.bytes)) {
      // The kernel takes the name for a path, never for something in PATH.
      const bool bare = shebang->interpreter.find('/') == std::string::npos;
      return interpreted(bare ? "./" + shebang->interpreter : shebang->interpreter, shebang->argument, rest,
                         "command.path", "interpreter in the script's first line,");
    }
    return interpreted("bash", std::nullopt, rest, "command.path", "default interpreter");
  }

 private:
  Expected<ResolvedCommand> resolve(const std::string& program, std::vector<std::string> argv, const std::string& field,
                                    std::string_view noun) const {
    const FoundProgram& found = programs_.find(program, place_);
    if (found.problem.empty()) return ResolvedCommand{found.path, std::move(argv)};
    Error error = validation_error(invalid_command, field,
                                   "The " + std::string(noun) + ' ' + in_quotes(program) + ' ' + found.problem + '.');
    error.errno_name = errno_name(found.error);
    return error;
  }

  Expected<ResolvedCommand> interpreted(const std::string& interpreter, const std::optional<std::string>& argument,
                                        const std::vector<std::string>& rest, const std::string& field,
                                        std::string_view noun) const {
    std::vector<std::string> argv{interpreter};
    if (argument) argv.push_back(*argument);
    append(argv, rest);
    return resolve(interpreter, std::move(argv), field, noun);
  }

  const SearchPlace& place_;
  ProgramLookup& programs_;
};

}  // namespace

Expected<ResolvedCommand> resolve_command(const Command& command, const SearchPlace& place, ProgramLookup& programs) {
  return std::visit(Resolver(place, programs), command);
}

}  // namespace cloudops
