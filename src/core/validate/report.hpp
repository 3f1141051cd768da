#pragma once

#include "core/model/error.hpp"
#include "core/validate/field_path.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cloudops {

/// Collects what is wrong with one input and keeps the error worth telling: wrong types and unknown fields come
/// before missing fields (a misspelt field is both), and those before wrong values; within a rank the first one found.
/// Lives on the stack of one validation.
class Report {
 public:
  /// `subject` names the outermost value in sentences: "The request". `nul_kind` is the kind of a NUL byte in a string.
  explicit Report(std::string_view subject, ValidationKind nul_kind = ValidationKind::invalid_command)
      : subject_(subject), nul_kind_(nul_kind) {}

  /// `predicate` completes a sentence that starts with the field's path: "must be a string, but it is null."
  /// `about`: the execution that the error is about.
  void add(ValidationKind kind, const FieldPath& where, std::string_view predicate,
           const std::optional<Uuid>& about = std::nullopt);

  ValidationKind nul_kind() const { return nul_kind_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  std::string_view subject_;
  ValidationKind nul_kind_;
  std::optional<Error> error_;
};

}  // namespace cloudops
