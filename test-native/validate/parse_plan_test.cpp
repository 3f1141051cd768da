#include "core/validate/parse_plan.hpp"

#include "raw_value.hpp"

#include <chrono>

using namespace cloudops;
using namespace cloudops::test;
using Kind = ValidationKind;

namespace {

const std::string one = R"({"command":{"type":"exec","program":"ls"}})";

std::string plan_of(std::size_t count, const std::string& strategy) {
  std::string text = R"({"description":"d","strategy":)" + strategy + R"(,"commands":[)";
  for (std::size_t i = 0; i < count; ++i) text += (i ? "," : "") + one;
  return text + "]}";
}

std::string graph(const std::string& dependencies) {
  return R"({"type":"dependency_graph","dependencies":)" + dependencies + "}";
}

Expected<ExecutionPlan> parsed(const std::string& text) { return parse_plan(raw(text), Config{}); }
Expected<ExecutionPlan> with_graph(std::size_t count, const std::string& dependencies) {
  return parsed(plan_of(count, graph(dependencies)));
}

}  // namespace

TEST_CASE("each strategy is read", "[validate]") {
  CHECK(std::get<SerialStrategy>(parsed(plan_of(1, R"({"type":"serial"})"))->strategy).stop_on_error);
  CHECK_FALSE(std::get<SerialStrategy>(parsed(plan_of(1, R"({"type":"serial","stop_on_error":false})"))->strategy)
                  .stop_on_error);
  CHECK_FALSE(std::get<ParallelStrategy>(parsed(plan_of(1, R"({"type":"parallel","max_concurrency":null})"))->strategy)
                  .max_concurrency);
  CHECK(std::get<ParallelStrategy>(parsed(plan_of(1, R"({"type":"parallel","max_concurrency":3})"))->strategy)
            .max_concurrency == 3u);
  const auto plan =
      parsed(plan_of(3, R"({"type":"dependency_graph","dependencies":{"2":[0,1,0],"1":[]},"max_concurrency":2})"));
  REQUIRE(ok(plan));
  const auto& strategy = std::get<DependencyGraphStrategy>(plan->strategy);
  CHECK(strategy.dependencies == std::map<std::size_t, std::vector<std::size_t>>{{1, {}}, {2, {0, 1}}});
  CHECK(strategy.max_concurrency == 2u);
  CHECK(plan->description == "d");
  CHECK(plan->commands.size() == 3);
}

TEST_CASE("a plan's shape is checked with its paths", "[validate]") {
  check_error(parse_plan(Value{7.0}, Config{}), Kind::wrong_type, "", {"The plan must be an object", "a number"});
  check_error(parsed(R"({"strategy":{"type":"serial"},"commands":[]})"), Kind::missing_field, "description", {});
  check_error(parsed(R"({"description":"","commands":[)" + one + "]}"), Kind::missing_field, "strategy", {});
  check_error(parsed(R"({"description":"","strategy":{"type":"serial"}})"), Kind::missing_field, "commands", {});
  check_error(parsed(plan_of(1, R"("serial")")), Kind::wrong_type, "strategy", {"an object"});
  check_error(parsed(plan_of(1, "{}")), Kind::missing_field, "strategy.type", {});
  check_error(parsed(plan_of(1, R"({"type":"dag"})")), Kind::invalid_value, "strategy.type",
              {"serial, parallel, dependency_graph", "\"dag\""});
  check_error(parsed(plan_of(1, R"({"type":"serial","stopOnError":true})")), Kind::unknown_field,
              "strategy.stopOnError", {"did you mean stop_on_error?"});
  check_error(parsed(plan_of(1, R"({"type":"dependency_graph"})")), Kind::missing_field, "strategy.dependencies", {});
  check_error(parsed(plan_of(1, R"({"type":"parallel","max_concurrency":0})")), Kind::invalid_value,
              "strategy.max_concurrency", {"from 1", "0"});
  check_error(parsed(R"({"description":"d","strategy":{"type":"serial"},"commands":[)" + one +
                     R"(,{"command":{"type":"exec","program":7}}]})"),
              Kind::wrong_type, "commands[1].command.program", {"a number"});
  check_error(parsed(R"({"description":"d","strategy":{"type":"serial"},"commands":[)" + one + "," + one + ",5]}"),
              Kind::wrong_type, "commands[2]", {"commands[2] must be an object"});
}

TEST_CASE("an empty plan is INVALID_PLAN", "[validate]") {
  check_error(parsed(plan_of(0, R"({"type":"serial"})")), Kind::invalid_plan, "commands", {"empty"});
  check_error(with_graph(0, R"({"0":[]})"), Kind::invalid_plan, "commands", {"empty"});
}

TEST_CASE("a dependency that is no command's index is INVALID_PLAN", "[validate]") {
  check_error(with_graph(5, R"({"4":[5]})"), Kind::invalid_plan, R"(strategy.dependencies["4"][0])",
              {"from 0 to 4", "it is 5"});
  check_error(with_graph(2, R"({"1":[0,-1]})"), Kind::invalid_plan, R"(strategy.dependencies["1"][1])", {"-1"});
  check_error(with_graph(2, R"({"1":[0.5]})"), Kind::invalid_plan, R"(strategy.dependencies["1"][0])", {"0.5"});
  for (const std::string name : {"5", "01", "+1", "x", "", "18446744073709551616"}) {
    CAPTURE(name);
    check_error(with_graph(5, "{\"" + name + "\":[]}"), Kind::invalid_plan,
                name == "x" ? "strategy.dependencies.x" : "strategy.dependencies[\"" + name + "\"]", {"from 0 to 4"});
  }
  check_error(with_graph(2, R"({"1":0})"), Kind::wrong_type, R"(strategy.dependencies["1"])",
              {"an array of command indices"});
  check_error(with_graph(2, R"({"1":["0"]})"), Kind::wrong_type, R"(strategy.dependencies["1"][0])", {"a string"});
  check_error(with_graph(2, "[]"), Kind::wrong_type, "strategy.dependencies", {"an array"});
}

TEST_CASE("a command that waits for itself is INVALID_PLAN", "[validate]") {
  check_error(with_graph(5, R"({"4":[0,4]})"), Kind::invalid_plan, R"(strategy.dependencies["4"][1])",
              {"cannot depend on itself"});
  check_error(with_graph(4, R"({"0":[3],"3":[1],"1":[0]})"), Kind::invalid_plan, "strategy.dependencies",
              {"0 -> 3 -> 1 -> 0"});
}

TEST_CASE("two equal ids in a plan are DUPLICATE_ID, whatever their case", "[validate]") {
  const std::string id = "123e4567-e89b-12d3-a456-42661417400";
  const auto command = [&](const std::string& text) {
    return R"({"id":")" + text + R"(","command":{"type":"exec","program":"ls"}})";
  };
  const auto plan = [&](const std::string& own, const std::string& first, const std::string& second) {
    return parsed(R"({"description":"d","id":")" + own + R"(","strategy":{"type":"serial"},"commands":[)" +
                  command(first) + "," + one + "," + command(second) + "]}");
  };
  CHECK(ok(plan(id + "a", id + "b", id + "c")));
  check_error(plan(id + "a", id + "b", "123E4567-E89B-12D3-A456-42661417400B"), Kind::duplicate_id, "commands[2].id",
              {"commands[0]", id + "b"});
  check_error(plan(id + "a", id + "b", id + "a"), Kind::duplicate_id, "commands[2].id", {"the plan"});
}

TEST_CASE("a plan of 10000 commands and 50000 dependencies is parsed in linear time", "[validate]") {
  constexpr std::size_t count = 10'000;
  std::string dependencies = "{";
  for (std::size_t i = 5; i < count; ++i) {
    dependencies += (i > 5 ? ",\"" : "\"") + std::to_string(i) + "\":[";
    for (std::size_t back = 1; back <= 5; ++back) dependencies += (back > 1 ? "," : "") + std::to_string(i - back);
    dependencies += ']';
  }
  const Value value = raw(plan_of(count, graph(dependencies + "}")));
  const auto start = std::chrono::steady_clock::now();
  const auto plan = parse_plan(value, Config{});
  const auto took = std::chrono::steady_clock::now() - start;
  REQUIRE(ok(plan));
  CHECK(std::get<DependencyGraphStrategy>(plan->strategy).dependencies.size() == count - 5);
  // Far above what it takes (a few ms), far below what anything quadratic takes, also under a sanitizer.
  CHECK(took < std::chrono::seconds(2));
}

TEST_CASE("a chain as long as a plan of 100000 commands is parsed", "[validate]") {
  constexpr std::size_t count = 100'000;
  std::string dependencies = "{";
  for (std::size_t i = 1; i < count; ++i)
    dependencies += (i > 1 ? ",\"" : "\"") + std::to_string(i) + "\":[" + std::to_string(i - 1) + "]";
  CHECK(ok(with_graph(count, dependencies + "}")));
  check_error(with_graph(count, dependencies + R"(,"0":[99999]})"), Kind::invalid_plan, "strategy.dependencies",
              {"0 -> 99999 -> 99998", "1 -> 0"});
}
