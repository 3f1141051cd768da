#include "core/validate/field_path.hpp"

#include "core/validate/wording.hpp"

namespace cloudops {
namespace {

bool is_identifier(std::string_view key) {
  if (key.empty() || key.size() > max_shown || (key.front() >= '0' && key.front() <= '9')) return false;
  for (const char c : key) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
    if (!letter && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

}  // namespace

// Recursive, but a path is as deep as the request's types are nested: fewer than ten steps.
void FieldPath::append_to(std::string& text) const {
  if (parent_) parent_->append_to(text);
  switch (step_) {
    case Step::root: text += key_; break;
    case Step::item: text += '[' + std::to_string(index_) + ']'; break;
    case Step::member:
      if (is_identifier(key_)) {
        if (!text.empty()) text += '.';
        text += key_;
      } else {
        text += '[' + in_quotes(key_) + ']';
      }
  }
}

std::string FieldPath::text() const {
  std::string text;
  append_to(text);
  return text;
}

std::string join_fields(std::string_view prefix, std::string_view field) {
  std::string text(prefix);
  if (!text.empty() && !field.empty()) text += '.';
  return text.append(field);
}

}  // namespace cloudops
