#include "core/validate/parse_strategy.hpp"

#include "core/validate/plan_graph.hpp"
#include "core/validate/read_variant.hpp"
#include "core/validate/wording.hpp"

#include <charconv>
#include <cmath>

namespace cloudops {
namespace {

std::string must_be_an_index(std::size_t count) {
  if (count == 0) return "must be the index of a command, but the plan has none";
  return "must be the index of a command, a whole number from 0 to " + std::to_string(count - 1);
}

/// Reads the member names and lists of `dependencies`; one of it serves all lists of a plan.
class DependencyReader {
 public:
  DependencyReader(std::size_t count, Report& report) : count_(count), report_(report), seen_for_(count, count) {}

  /// Absent when the name is not the index of a command in its decimal form.
  std::optional<std::size_t> command_index(const std::string& name, const FieldPath& path) {
    std::size_t index = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), index);
    const bool decimal = failed == std::errc() && end == name.data() + name.size() && std::to_string(index) == name;
    if (decimal && index < count_) return index;
    report_.add(ValidationKind::invalid_plan, path, "has a name that " + must_be_an_index(count_) + '.');
    return std::nullopt;
  }

  std::vector<std::size_t> list(std::size_t command, const Value::Array& items, const FieldPath& path) {
    std::vector<std::size_t> needed;
    needed.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto* number = items[i].as<double>();
      if (!number) {
        report_.add(ValidationKind::wrong_type, path.item(i),
                    "must be a number, but it is " + described(items[i]) + '.');
        break;
      }
      // Written so that NaN fails too.
      if (!(*number >= 0 && *number < static_cast<double>(count_)) || *number != std::trunc(*number)) {
        report_.add(ValidationKind::invalid_plan, path.item(i),
                    must_be_an_index(count_) + ", but it is " + number_text(*number) + '.');
        continue;
      }
      const auto index = static_cast<std::size_t>(*number);
      if (index == command)
        report_.add(ValidationKind::invalid_plan, path.item(i),
                    "is " + std::to_string(index) + ": a command cannot depend on itself.");
      // Said twice is said once.
      if (seen_for_[index] == command) continue;
      seen_for_[index] = command;
      needed.push_back(index);
    }
    return needed;
  }

 private:
  std::size_t count_;
  Report& report_;
  /// For each command, the last one whose list named it; count_ for none.
  std::vector<std::size_t> seen_for_;
};

DependencyGraphStrategy read_graph(ObjectReader& reader, std::size_t count) {
  Report& report = reader.report();
  DependencyGraphStrategy graph;
  const FieldPath path = reader.at("dependencies");
  const auto* object = reader.required_object("dependencies");
  if (!object) return graph;
  DependencyReader dependencies(count, report);
  for (const auto& [name, value] : *object) {
    if (value.as<Value::Undefined>()) continue;
    const FieldPath member = path.member(name);
    const auto command = dependencies.command_index(name, member);
    const auto* items = value.as<Value::Array>();
    if (!items) {
      reader.wrong_type(member, "an array of command indices", value);
      break;
    }
    // A list under a wrong name is still read: a wrong type in it would be told first. No command has index `count`.
    auto needed = dependencies.list(command.value_or(count), *items, member);
    if (command) graph.dependencies[*command] = std::move(needed);
  }
  // A half-read graph is not worth a walk; an out-of-range index would even be harmful.
  if (report.error()) return graph;
  if (const auto cycle = find_cycle(count, graph.dependencies); !cycle.empty())
    report.add(
        ValidationKind::invalid_plan, path,
        "form a cycle, in which no command can be the first: " + cycle_text(cycle) + " (each waits for the next).");
  return graph;
}

std::optional<std::size_t> read_max_concurrency(ObjectReader& reader) {
  const auto limit = reader.nullable_integer("max_concurrency", 1, max_safe_integer);
  if (!limit) return std::nullopt;
  return static_cast<std::size_t>(*limit);
}

PlanStrategy read_serial(ObjectReader& reader, std::size_t) {
  return SerialStrategy{reader.optional_bool("stop_on_error").value_or(true)};
}

PlanStrategy read_parallel(ObjectReader& reader, std::size_t) { return ParallelStrategy{read_max_concurrency(reader)}; }

PlanStrategy read_dependency_graph(ObjectReader& reader, std::size_t count) {
  DependencyGraphStrategy graph = read_graph(reader, count);
  graph.max_concurrency = read_max_concurrency(reader);
  return graph;
}

constexpr Variant<PlanStrategy, std::size_t> strategy_types[] = {
    {"serial", "a serial strategy", read_serial},
    {"parallel", "a parallel strategy", read_parallel},
    {"dependency_graph", "a dependency_graph strategy", read_dependency_graph}};

}  // namespace

PlanStrategy read_strategy(const Value& raw, const FieldPath& path, std::size_t count, Report& report) {
  return read_variant(raw, path, report, "a strategy", strategy_types, ValidationKind::invalid_value, count)
      .value_or(SerialStrategy{});
}

}  // namespace cloudops
