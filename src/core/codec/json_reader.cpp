#include "core/codec/json_reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>

namespace cloudops {
namespace {

/// Of members with the same name keeps the last, in the place of the first.
void drop_repeated_names(Value::Object& object) {
  if (object.size() < 2) return;
  std::unordered_map<std::string, std::size_t> places;
  places.reserve(object.size());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < object.size(); ++i) {
    const auto [place, first] = places.try_emplace(object[i].first, kept);
    if (!first)
      object[place->second].second = std::move(object[i].second);
    else if (const std::size_t to = kept++; to != i)
      object[to] = std::move(object[i]);
  }
  object.erase(object.begin() + static_cast<std::ptrdiff_t>(kept), object.end());
}

/// Builds the tree from nlohmann's parser events: its own tree would have to be walked again.
class ValueBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add(Value{Value::Null{}}); }
  bool boolean(bool flag) override { return add(Value{flag}); }
  bool number_integer(number_integer_t number) override { return add(Value{static_cast<double>(number)}); }
  bool number_unsigned(number_unsigned_t number) override { return add(Value{static_cast<double>(number)}); }
  bool number_float(number_float_t number, const string_t&) override { return add(Value{number}); }
  bool string(string_t& text) override { return add(Value{std::move(text)}); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(Value{Value::Object{}}); }
  bool start_array(std::size_t) override { return open(Value{Value::Array{}}); }
  bool key(string_t& name) override {
    open_.back().name = std::move(name);
    return true;
  }
  bool end_object() override {
    drop_repeated_names(std::get<Value::Object>(open_.back().value.data));
    return close();
  }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    error_position_ = position;
    return false;
  }

  bool too_deep() const { return too_deep_; }
  /// Bytes read when the text stopped being JSON.
  std::size_t error_position() const { return error_position_; }
  Value take() { return std::move(root_); }

 private:
  struct Open {
    Value value;
    /// Of the member that comes next, in an object.
    std::string name;
  };

  bool open(Value container) {
    too_deep_ = open_.size() == max_json_depth;
    if (!too_deep_) open_.push_back({std::move(container), {}});
    return !too_deep_;
  }
  bool close() {
    Value done = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(done));
  }
  bool add(Value value) {
    if (open_.empty())
      root_ = std::move(value);
    else if (auto* array = std::get_if<Value::Array>(&open_.back().value.data))
      array->push_back(std::move(value));
    else
      std::get<Value::Object>(open_.back().value.data).emplace_back(std::move(open_.back().name), std::move(value));
    return true;
  }

  Value root_;
  /// The containers that have begun and not ended, outermost first.
  std::vector<Open> open_;
  bool too_deep_ = false;
  std::size_t error_position_ = 0;
};

std::string place(std::string_view text, std::size_t bytes_read) {
  const std::size_t offset = std::min(bytes_read > 0 ? bytes_read - 1 : 0, text.size());
  const auto before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto line_start = before.rfind('\n');
  const std::size_t column = offset - (line_start == std::string_view::npos ? 0 : line_start + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

Expected<Value> value_from_json(std::string_view text) {
  ValueBuilder builder;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.take();
  Error error;
  error.code = ErrorCode::serialization;
  if (builder.too_deep())
    error.message = "The JSON text nests arrays and objects more than " + std::to_string(max_json_depth) + " deep.";
  else if (builder.error_position() > text.size())
    error.message = "The text is not valid JSON: it ends too early, at " + place(text, builder.error_position()) + '.';
  else
    error.message = "The text is not valid JSON at " + place(text, builder.error_position()) + '.';
  return error;
}

}  // namespace cloudops
