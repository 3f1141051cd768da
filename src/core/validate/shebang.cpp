#include "core/validate/shebang.hpp"

namespace cloudops {

std::optional<Shebang> parse_shebang(std::string_view beginning) {
  constexpr std::string_view blanks = " \t";
  beginning = beginning.substr(0, shebang_size);
  if (!beginning.starts_with("#!")) return std::nullopt;
  // A NUL byte ends the line for the kernel, whose strings end there.
  const auto line_end = beginning.find_first_of(std::string_view("\n\0", 2));
  std::string_view line = beginning.substr(2, line_end == std::string_view::npos ? line_end : line_end - 2);
  if (line.ends_with('\r')) line.remove_suffix(1);

  const auto begin = line.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return std::nullopt;
  line.remove_prefix(begin);
  const auto name_end = line.find_first_of(blanks);
  const bool cut = line_end == std::string_view::npos && beginning.size() == shebang_size;
  // Half a name could be another program's.
  if (cut && name_end == std::string_view::npos) return std::nullopt;

  Shebang shebang{std::string(line.substr(0, name_end)), std::nullopt};
  if (name_end == std::string_view::npos) return shebang;
  line.remove_prefix(name_end);
  const auto argument = line.find_first_not_of(blanks);
  if (argument == std::string_view::npos) return shebang;
  shebang.argument = std::string(line.substr(argument, line.find_last_not_of(blanks) - argument + 1));
  return shebang;
}

}  // namespace cloudops
