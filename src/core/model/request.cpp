#include "core/model/request.hpp"

#include <string_view>

namespace cloudops {
namespace {

/// More than Linux takes for the arguments of a program: what can be started is shown whole. Without a bound, arguments
/// that are strings of JavaScript one by one might together be none.
constexpr std::size_t longest_display = std::size_t{8} << 20;

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

std::string display(const Command& command) {
  std::string line = std::visit(Display{}, command);
  if (line.size() <= longest_display) return line;
  std::size_t end = longest_display;
  // Not within a character.
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
  line.resize(end);
  line.shrink_to_fit();
  return line + "…";
}

}  // namespace cloudops
