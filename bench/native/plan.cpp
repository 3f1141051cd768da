// What a plan costs beside its commands:  plan <commands> <dependencies of each> <environment variables>
// Validates a dependency graph as the engine does and schedules it with commands that end at once. No process is
// started. Prints what a worker of the benchmark prints: values and facts, as one line of JSON.

#include "core/codec/json_reader.hpp"
#include "core/schedule/plan_schedule.hpp"
#include "core/validate/parse_plan.hpp"
#include "core/validate/resolve_launch.hpp"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace cloudops;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

/// Processor time of this thread: nothing here waits for anything, and others who want the processor do not blur it.
double busy_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// Each command depends on `each` different earlier ones, near and far, as far as there are so many.
std::string plan_text(std::size_t commands, std::size_t each) {
  std::mt19937 random(1);
  std::string list;
  std::string dependencies;
  for (std::size_t i = 0; i < commands; ++i) {
    const std::string number = std::to_string(i);
    list += (i > 0 ? "," : "") + (R"({"command":{"type":"exec","program":"true","args":["--step",")" + number) +
            R"("]},"env":{"STEP":")" + number + R"("}})";
    std::vector<std::size_t> needed;
    while (needed.size() < std::min(each, i)) {
      const std::size_t one = random() % i;
      if (std::find(needed.begin(), needed.end(), one) == needed.end()) needed.push_back(one);
    }
    dependencies += (i > 0 ? ",\"" : "\"") + number + "\":[";
    for (std::size_t k = 0; k < needed.size(); ++k) dependencies += (k > 0 ? "," : "") + std::to_string(needed[k]);
    dependencies += ']';
  }
  return R"({"description":"a graph","strategy":{"type":"dependency_graph","dependencies":{)" + dependencies +
         R"(}},"commands":[)" + list + "]}";
}

/// The PATH is the machine's; the rest is of ordinary size.
Environment host_environment(std::size_t variables) {
  const char* path = std::getenv("PATH");
  std::string block = "PATH=" + std::string(path ? path : "/usr/bin:/bin") + '\0';
  for (std::size_t i = 1; i < variables; ++i)
    block += "SOME_VARIABLE_" + std::to_string(i) + "=a value of ordinary length" + '\0';
  return Environment::from_block(block);
}

/// How many commands ended, when each ends, with success, as soon as it was started.
std::size_t run_to_the_end(PlanSchedule& schedule) {
  std::size_t ended = 0;
  for (auto running = schedule.take_ready(); !running.empty(); running = schedule.take_ready()) {
    for (const std::size_t index : running) schedule.finish(index, true);
    ended += running.size();
  }
  return ended;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) give_up("plan <commands> <dependencies of each> <environment variables>");
  const auto number = [argv](int i) { return static_cast<std::size_t>(std::strtoull(argv[i], nullptr, 10)); };
  const std::string text = plan_text(number(1), number(2));
  const Environment host = host_environment(number(3));
  const Config config;

  const double began = busy_ms();
  const auto raw = value_from_json(text);
  if (!raw) give_up(raw.error().message);
  const double read_ms = busy_ms() - began;

  const double before_parse = busy_ms();
  const auto plan = parse_plan(*raw, config);
  if (!plan) give_up(plan.error().message);
  const double parse_ms = busy_ms() - before_parse;

  const double before_resolve = busy_ms();
  std::vector<LaunchSpec> launches;
  launches.reserve(plan->commands.size());
  LaunchResolver resolver(host);
  for (std::size_t i = 0; i < plan->commands.size(); ++i) {
    auto launch = resolver.resolve(plan->commands[i], "commands[" + std::to_string(i) + "]");
    if (!launch) give_up(launch.error().message);
    launches.push_back(std::move(*launch));
  }
  const double resolve_ms = busy_ms() - before_resolve;

  const double before_schedule = busy_ms();
  PlanSchedule schedule(plan->strategy, std::vector<std::int64_t>(plan->commands.size()));
  const std::size_t ended = run_to_the_end(schedule);
  const double schedule_ms = busy_ms() - before_schedule;

  std::printf(R"({"values":{"total_ms":%f,"read_ms":%f,"parse_ms":%f,"resolve_ms":%f,"schedule_ms":%f},)"
              R"("facts":{"resolved":%zu,"ended":%zu,"done":%s}})"
              "\n",
              read_ms + parse_ms + resolve_ms + schedule_ms, read_ms, parse_ms, resolve_ms, schedule_ms,
              launches.size(), ended, schedule.done() ? "true" : "false");
}
