#include "core/validate/report.hpp"

namespace cloudops {
namespace {

int rank(ValidationKind kind) {
  switch (kind) {
    case ValidationKind::wrong_type:
    case ValidationKind::unknown_field: return 0;
    case ValidationKind::missing_field: return 1;
    default: return 2;
  }
}

}  // namespace

void Report::add(ValidationKind kind, const FieldPath& where, std::string_view predicate,
                 const std::optional<Uuid>& about) {
  if (error_ && rank(*error_->kind) <= rank(kind)) return;
  std::string field = where.text();
  std::string message = field.empty() ? std::string(subject_) : field;
  message += ' ';
  message += predicate;
  error_ = validation_error(kind, std::move(field), std::move(message));
  error_->execution_id = about;
}

}  // namespace cloudops
