#include "core/validate/base_dir.hpp"

#include "core/validate/file_check.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

namespace cloudops {
namespace {

/// "" when it no longer exists.
std::string host_working_dir() {
  std::array<char, PATH_MAX> usual;
  if (::getcwd(usual.data(), usual.size()) != nullptr) return usual.data();
  const std::unique_ptr<char, decltype(&std::free)> longer(errno == ERANGE ? ::getcwd(nullptr, 0) : nullptr, std::free);
  return longer ? std::string(longer.get()) : std::string();
}

}  // namespace

std::string BaseDir::absolute(const std::string& name) const {
  if (name.starts_with('/')) return name;
  if (!path_) path_ = host_working_dir();
  return absolute_below(*path_, name);
}

}  // namespace cloudops
