#include "core/validate/suggestion.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace cloudops {
namespace {

/// Field names are short; a longer key is not a slip of one, and the comparison is quadratic.
constexpr std::size_t longest_name = 48;

std::string normalised(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (c != '_' && c != '-' && c != ' ') plain += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  return plain;
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::size_t slips_allowed(std::size_t length) { return length <= 2 ? 0 : length <= 5 ? 1 : 2; }

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view key, std::span<const std::string_view> known) {
  if (key.size() > longest_name) return std::nullopt;
  const std::string meant = normalised(key);
  std::optional<std::string_view> nearest;
  std::size_t smallest = longest_name;
  for (const auto name : known) {
    const std::string candidate = normalised(name);
    const std::size_t distance = edit_distance(meant, candidate);
    if (distance > slips_allowed(std::max(meant.size(), candidate.size())) || distance >= smallest) continue;
    smallest = distance;
    nearest = name;
  }
  return nearest;
}

}  // namespace cloudops
