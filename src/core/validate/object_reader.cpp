#include "core/validate/object_reader.hpp"

#include "core/validate/suggestion.hpp"
#include "core/validate/wording.hpp"

#include <algorithm>
#include <cmath>

namespace cloudops {

ObjectReader::ObjectReader(const Value& value, FieldPath path, Report& report, std::string_view noun)
    : object_(value.as<Value::Object>()), path_(path), report_(report), noun_(noun) {
  if (!object_) wrong_type(path_, "an object", value);
}

void ObjectReader::wrong_type(const FieldPath& where, std::string_view expected, const Value& found) {
  report_.add(ValidationKind::wrong_type, where,
              "must be " + std::string(expected) + ", but it is " + described(found) + '.');
}

std::string ObjectReader::without_nul(const FieldPath& where, const std::string& text) {
  if (text.find('\0') != std::string::npos)
    report_.add(report_.nul_kind(), where, "holds a NUL byte, which no text may hold.");
  return text;
}

const Value* ObjectReader::optional_value(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  if (!object_) return nullptr;
  for (const auto& [name, value] : *object_)
    if (name == key) return value.as<Value::Undefined>() ? nullptr : &value;
  return nullptr;
}

const Value* ObjectReader::nullable_value(std::string_view key) {
  const Value* value = optional_value(key);
  return value && value->is_absent() ? nullptr : value;
}

const Value* ObjectReader::required_value(std::string_view key) {
  const Value* value = nullable_value(key);
  if (!value && object_)
    report_.add(ValidationKind::missing_field, at(key), "is missing; " + std::string(noun_) + " requires it.");
  return value;
}

std::string ObjectReader::required_string(std::string_view key) {
  return string_of(key, required_value(key)).value_or(std::string());
}

std::optional<std::string> ObjectReader::optional_string(std::string_view key) {
  return string_of(key, optional_value(key));
}

std::optional<std::string> ObjectReader::nullable_string(std::string_view key) {
  return string_of(key, nullable_value(key));
}

std::optional<std::string> ObjectReader::string_of(std::string_view key, const Value* value) {
  if (!value) return std::nullopt;
  if (const auto* text = value->as<std::string>()) return without_nul(at(key), *text);
  wrong_type(at(key), "a string", *value);
  return std::nullopt;
}

std::optional<bool> ObjectReader::optional_bool(std::string_view key) {
  const Value* value = optional_value(key);
  if (!value) return std::nullopt;
  if (const auto* flag = value->as<bool>()) return *flag;
  wrong_type(at(key), "a boolean", *value);
  return std::nullopt;
}

std::optional<double> ObjectReader::nullable_number(std::string_view key) {
  return number_of(key, nullable_value(key));
}

std::optional<double> ObjectReader::number_of(std::string_view key, const Value* value) {
  if (!value) return std::nullopt;
  if (const auto* number = value->as<double>()) return *number;
  wrong_type(at(key), "a number", *value);
  return std::nullopt;
}

std::optional<std::int64_t> ObjectReader::optional_integer(std::string_view key, std::int64_t low, std::int64_t high) {
  return integer_of(key, number_of(key, optional_value(key)), low, high);
}

std::optional<std::int64_t> ObjectReader::nullable_integer(std::string_view key, std::int64_t low, std::int64_t high) {
  return integer_of(key, nullable_number(key), low, high);
}

std::optional<std::int64_t> ObjectReader::integer_of(std::string_view key, std::optional<double> number,
                                                     std::int64_t low, std::int64_t high) {
  if (!number) return std::nullopt;
  // Written so that NaN fails too.
  const bool within = *number >= static_cast<double>(low) && *number <= static_cast<double>(high);
  if (within && *number == std::trunc(*number)) return static_cast<std::int64_t>(*number);
  report_.add(ValidationKind::invalid_value, at(key),
              "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high) + ", but it is " +
                  number_text(*number) + '.');
  return std::nullopt;
}

std::optional<std::size_t> ObjectReader::choice(std::string_view key, const Value* value,
                                                std::span<const std::string_view> names, ValidationKind kind) {
  if (!value) return std::nullopt;
  const auto* text = value->as<std::string>();
  if (!text) {
    wrong_type(at(key), "a string", *value);
    return std::nullopt;
  }
  const auto found = std::find(names.begin(), names.end(), *text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  if (text->find('\0') != std::string::npos) {
    without_nul(at(key), *text);
    return std::nullopt;
  }
  std::string message = "must be one of " + listed(names) + ", but it is " + in_quotes(*text) + '.';
  if (const auto meant = nearest_name(*text, names)) message += " Did you mean " + std::string(*meant) + '?';
  report_.add(kind, at(key), message);
  return std::nullopt;
}

std::optional<std::size_t> ObjectReader::required_choice(std::string_view key, std::span<const std::string_view> names,
                                                         ValidationKind kind) {
  const Value* value = nullable_value(key);
  if (value || !object_) return choice(key, value, names, kind);
  report_.add(ValidationKind::missing_field, at(key),
              "is missing; " + std::string(noun_) + " requires it, one of " + listed(names) + '.');
  return std::nullopt;
}

std::optional<std::size_t> ObjectReader::optional_choice(std::string_view key,
                                                         std::initializer_list<std::string_view> names,
                                                         ValidationKind kind) {
  return choice(key, optional_value(key), {names.begin(), names.size()}, kind);
}

const Value::Array* ObjectReader::required_array(std::string_view key) {
  const Value* value = required_value(key);
  if (!value) return nullptr;
  const auto* array = value->as<Value::Array>();
  if (!array) wrong_type(at(key), "an array", *value);
  return array;
}

const Value::Object* ObjectReader::required_object(std::string_view key) {
  const Value* value = required_value(key);
  if (!value) return nullptr;
  const auto* object = value->as<Value::Object>();
  if (!object) wrong_type(at(key), "an object", *value);
  return object;
}

std::vector<std::string> ObjectReader::optional_string_array(std::string_view key) {
  std::vector<std::string> texts;
  const Value* value = optional_value(key);
  if (!value) return texts;
  const FieldPath array_path = at(key);
  const auto* array = value->as<Value::Array>();
  if (!array) {
    wrong_type(array_path, "an array of strings", *value);
    return texts;
  }
  texts.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto* text = (*array)[i].as<std::string>();
    if (!text) {
      wrong_type(array_path.item(i), "a string", (*array)[i]);
      break;
    }
    texts.push_back(without_nul(array_path.item(i), *text));
  }
  return texts;
}

std::optional<NameValues> ObjectReader::optional_string_map(std::string_view key) {
  const Value* value = optional_value(key);
  if (!value) return std::nullopt;
  const FieldPath map_path = at(key);
  const auto* object = value->as<Value::Object>();
  if (!object) {
    wrong_type(map_path, "an object whose values are strings", *value);
    return std::nullopt;
  }
  NameValues entries;
  entries.reserve(object->size());
  for (const auto& [name, member] : *object) {
    if (member.as<Value::Undefined>()) continue;
    const auto* text = member.as<std::string>();
    if (!text) {
      wrong_type(map_path.member(name), "a string", member);
      break;
    }
    entries.emplace_back(name, without_nul(map_path.member(name), *text));
  }
  return entries;
}

void ObjectReader::reject_unknown_fields() {
  if (!object_) return;
  for (const auto& [name, value] : *object_) {
    if (value.as<Value::Undefined>() || std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::string message = "is not a field of " + std::string(noun_);
    if (const auto meant = nearest_name(name, known_))
      message += "; did you mean " + std::string(*meant) + "? Its fields are ";
    else
      message += ", whose fields are ";
    report_.add(ValidationKind::unknown_field, at(name), message + listed(known_) + '.');
    return;
  }
}

}  // namespace cloudops
