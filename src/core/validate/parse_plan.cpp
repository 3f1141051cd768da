#include "core/validate/parse_plan.hpp"

#include "core/validate/object_reader.hpp"
#include "core/validate/parse_request.hpp"
#include "core/validate/parse_strategy.hpp"

#include <unordered_map>

namespace cloudops {
namespace {

void reject_repeated_ids(const ExecutionPlan& plan, const FieldPath& commands, Report& report) {
  std::unordered_map<Uuid, std::string, UuidHash> owners;
  if (plan.id) owners.emplace(*plan.id, "the plan");
  for (std::size_t i = 0; i < plan.commands.size(); ++i) {
    if (!plan.commands[i].id) continue;
    const FieldPath command = commands.item(i);
    const auto [owner, first] = owners.emplace(*plan.commands[i].id, command.text());
    if (!first)
      report.add(ValidationKind::duplicate_id, command.member("id"),
                 "is the id of " + owner->second + " too: " + to_string(*plan.commands[i].id) + '.',
                 plan.commands[i].id);
  }
}

}  // namespace

Expected<ExecutionPlan> parse_plan(const Value& raw, const Config& config) {
  Report report("The plan");
  ExecutionPlan plan;
  ObjectReader reader(raw, FieldPath(), report, "a plan");
  plan.id = read_id(reader);
  plan.description = reader.required_string("description");
  const Value* strategy = reader.required_value("strategy");
  const FieldPath strategy_path = reader.at("strategy");
  const FieldPath commands_path = reader.at("commands");
  if (const auto* commands = reader.required_array("commands")) {
    if (commands->empty()) report.add(ValidationKind::invalid_plan, commands_path, "is empty; a plan needs a command.");
    plan.commands.reserve(commands->size());
    for (std::size_t i = 0; i < commands->size(); ++i)
      plan.commands.push_back(read_request((*commands)[i], commands_path.item(i), config, report));
    reject_repeated_ids(plan, commands_path, report);
  }
  if (strategy) plan.strategy = read_strategy(*strategy, strategy_path, plan.commands.size(), report);
  plan.metadata = read_metadata(reader);
  reader.reject_unknown_fields();
  if (report.error()) return *report.error();
  return plan;
}

}  // namespace cloudops
