#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cloudops {

/// A snapshot of an environment. Immutable, so that it can be handed from the thread that may read the host's
/// environment to the one that starts children; copies share one list.
class Environment {
 public:
  /// Empty.
  Environment();

  /// From entries that each end with a NUL byte (the last one may lack it): "A=1\0B=2\0". What has no name or no '='
  /// is left out: no program could read it.
  static Environment from_block(std::string_view block);
  /// The process's own, read from `environ`: only on a thread that no other thread's setenv can race with. In Node
  /// that is none of the engine's; the binding passes process.env as a block instead.
  static Environment from_current();

  /// "A=1", in the order given.
  const std::vector<std::string>& entries() const { return *entries_; }

 private:
  explicit Environment(std::vector<std::string> entries);

  std::shared_ptr<const std::vector<std::string>> entries_;
};

/// The value of the first entry of that name, as getenv would find it. Refers into `entries`.
std::optional<std::string_view> find_variable(const std::vector<std::string>& entries, std::string_view name);

/// The environment of one child: the host's snapshot, with some variables replaced and some added. The snapshot is
/// shared, so that thousands of commands that wait to be started hold it once.
struct ChildEnvironment {
  Environment inherited;
  /// Places in `inherited` of what `own` replaces, ascending.
  std::vector<std::size_t> replaced;
  /// "A=1", each name once.
  std::vector<std::string> own;

  /// As the child's getenv would find it. Refers into this.
  std::optional<std::string_view> find(std::string_view name) const;

  /// "A=1", what is inherited first. Valid as long as this is, and unchanged.
  std::vector<const char*> c_strings() const;
};

}  // namespace cloudops
