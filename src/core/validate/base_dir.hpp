#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cloudops {

/// A directory at which relative names start. The host's working directory is asked for when the first relative name
/// comes, and is the same from then on: most requests have none.
class BaseDir {
 public:
  /// The host's working directory.
  BaseDir() = default;
  /// An absolute one.
  explicit BaseDir(std::string path) : path_(std::move(path)), is_the_hosts_(false) {}

  /// `name` when absolute, else below this directory. As it is when this is the host's and no longer exists.
  std::string absolute(const std::string& name) const;
  /// What tells one directory from another; "" for the host's.
  std::string_view given() const { return is_the_hosts_ ? std::string_view() : *path_; }

 private:
  mutable std::optional<std::string> path_;
  bool is_the_hosts_ = true;
};

}  // namespace cloudops
