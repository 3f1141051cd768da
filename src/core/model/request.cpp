#include "core/model/request.hpp"

#include <string_view>

namespace cloudops {
namespace {

/// As it is when a POSIX shell would take it as one word, else in single quotes.
std::string quoted(std::string_view word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'')
      text += "'\\''";
    else
      text += c;
  }
  return text + "'";
}

void append_words(std::string& line, const std::vector<std::string>& words) {
  for (const auto& word : words) line += ' ' + quoted(word);
}

struct Display {
  std::string operator()(const ShellCommand& shell) const { return shell.command; }
  std::string operator()(const ExecCommand& exec) const {
    std::string line = quoted(exec.program);
    append_words(line, exec.args);
    return line;
  }
  std::string operator()(const ScriptCommand& script) const {
    std::string line = script.interpreter ? quoted(*script.interpreter) + ' ' : std::string();
    line += quoted(script.path);
    append_words(line, script.args);
    return line;
  }
  std::string operator()(const AwsCliCommand& aws) const {
    std::string line = "aws " + quoted(aws.service) + ' ' + quoted(aws.operation);
    append_words(line, aws.args);
    return line;
  }
};

}  // namespace

std::string display(const Command& command) { return std::visit(Display{}, command); }

}  // namespace cloudops
