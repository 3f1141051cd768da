// The first line of a script, against a reference that goes byte by byte.

#include "core/validate/shebang.hpp"
#include "fuzz.hpp"

#include <string>
#include <vector>

using namespace cloudops;
using namespace cloudops::fuzz;

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::optional<Shebang> reference(std::string_view script) {
  if (script.size() < 2 || script[0] != '#' || script[1] != '!') return std::nullopt;
  std::string line;
  bool ended = script.size() < shebang_size;
  for (std::size_t i = 2; i < script.size() && i < shebang_size; ++i) {
    if (script[i] == '\n' || script[i] == '\0') {
      ended = true;
      break;
    }
    line += script[i];
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::string name;
  std::size_t at = 0;
  while (at < line.size() && is_blank(line[at])) ++at;
  while (at < line.size() && !is_blank(line[at])) name += line[at++];
  if (name.empty() || (at == line.size() && !ended)) return std::nullopt;
  while (at < line.size() && is_blank(line[at])) ++at;
  std::string argument = line.substr(at);
  while (!argument.empty() && is_blank(argument.back())) argument.pop_back();
  return Shebang{name, argument.empty() ? std::nullopt : std::optional(argument)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view script = text_of(data, size);
  const auto found = parse_shebang(script);
  const auto expected = reference(script);
  require(found.has_value() == expected.has_value(), "the same scripts have a shebang");
  if (!found) return 0;
  require(found->interpreter == expected->interpreter, "the same interpreter");
  require(found->argument == expected->argument, "the same argument");
  return 0;
}
