#include "core/model/environment.hpp"

#include <unistd.h>

#include <utility>

namespace cloudops {
namespace {

bool is_variable(std::string_view entry) {
  const auto equals = entry.find('=');
  return equals != std::string_view::npos && equals > 0;
}

}  // namespace

Environment::Environment() : Environment(std::vector<std::string>()) {}

Environment::Environment(std::vector<std::string> entries)
    : entries_(std::make_shared<const std::vector<std::string>>(std::move(entries))) {}

Environment Environment::from_block(std::string_view block) {
  std::vector<std::string> entries;
  while (!block.empty()) {
    const auto end = block.find('\0');
    const auto entry = block.substr(0, end);
    if (is_variable(entry)) entries.emplace_back(entry);
    block.remove_prefix(end == std::string_view::npos ? block.size() : end + 1);
  }
  return Environment(std::move(entries));
}

Environment Environment::from_current() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry && *entry; ++entry)
    if (is_variable(*entry)) entries.emplace_back(*entry);
  return Environment(std::move(entries));
}

std::optional<std::string_view> find_variable(const std::vector<std::string>& entries, std::string_view name) {
  for (const std::string_view entry : entries)
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name))
      return entry.substr(name.size() + 1);
  return std::nullopt;
}

std::optional<std::string_view> ChildEnvironment::find(std::string_view name) const {
  // What is replaced stands in `own` under the same name.
  const auto value = find_variable(own, name);
  return value ? value : find_variable(inherited.entries(), name);
}

std::vector<const char*> ChildEnvironment::c_strings() const {
  const auto& entries = inherited.entries();
  std::vector<const char*> pointers;
  // One more, for the null pointer that exec wants at the end.
  pointers.reserve(entries.size() - replaced.size() + own.size() + 1);
  auto skip = replaced.begin();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (skip != replaced.end() && *skip == i)
      ++skip;
    else
      pointers.push_back(entries[i].c_str());
  }
  for (const auto& entry : own) pointers.push_back(entry.c_str());
  return pointers;
}

}  // namespace cloudops
