#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cloudops {

/// Where a value sits inside what the caller passed: `command.args[2]`, `env["a b"]`. A chain of steps on the
/// caller's stack, so that naming a place costs nothing until an error has to print it. Every step refers to the one
/// before it and to the key's text, which must both live at least as long.
class FieldPath {
 public:
  /// The outermost value. `prefix` is put before everything below it: "commands[2]".
  explicit FieldPath(std::string_view prefix = {}) : key_(prefix) {}

  FieldPath member(std::string_view key) const& { return FieldPath(this, Step::member, key, 0); }
  FieldPath item(std::size_t index) const& { return FieldPath(this, Step::item, {}, index); }
  // A step from a temporary would dangle.
  FieldPath member(std::string_view key) const&& = delete;
  FieldPath item(std::size_t index) const&& = delete;

  /// "" for the outermost value without a prefix. Very long keys are cut.
  std::string text() const;

 private:
  enum class Step { root, member, item };
  FieldPath(const FieldPath* parent, Step step, std::string_view key, std::size_t index)
      : parent_(parent), step_(step), key_(key), index_(index) {}

  void append_to(std::string& text) const;

  const FieldPath* parent_ = nullptr;
  Step step_ = Step::root;
  std::string_view key_;
  std::size_t index_ = 0;
};

/// `prefix` and `field` as one path: "commands[2]" and "command.path" make "commands[2].command.path".
std::string join_fields(std::string_view prefix, std::string_view field);

}  // namespace cloudops
