#include "hot_paths.hpp"

#include "core/codec/json_reader.hpp"
#include "core/execution_output.hpp"
#include "core/schedule/plan_schedule.hpp"
#include "core/stream/capture.hpp"
#include "core/stream/line_splitter.hpp"
#include "core/validate/parse_plan.hpp"
#include "core/validate/parse_request.hpp"
#include "core/validate/resolve_launch.hpp"

#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

namespace cloudops::instructions {
namespace {

constexpr unsigned repetitions = 200;
constexpr std::size_t block_size = 64 * 1024;
constexpr std::size_t line_length = 80;

/// A wrong result must not be counted as a fast one.
void expect(bool fact) {
  if (!fact) std::abort();
}

/// As much as one read of a busy pipe brings. Lines end where they like, not at the end of the block.
std::string block_of_lines() {
  std::string block;
  while (block.size() < block_size) block.append(line_length - 1, 'x').append(1, '\n');
  block.resize(block_size);
  return block;
}

std::string request_text() {
  return R"({"command":{"type":"exec","program":"true","args":["--first","second value"]},)"
         R"("env":{"LANG":"C.UTF-8","MODE":"batch"},"timeout_ms":30000,"working_dir":"/",)"
         R"("metadata":{"source":"instructions","tags":{"team":"platform"}}})";
}

/// Forty variables, as on a server; fixed, because the machine's own differ.
Environment host_environment() {
  std::string block = "PATH=/usr/bin:/bin";
  block.push_back('\0');
  for (int i = 0; i < 39; ++i) {
    block += "SOME_VARIABLE_" + std::to_string(i) + "=a value of ordinary length";
    block.push_back('\0');
  }
  return Environment::from_block(block);
}

class DroppingSink final : public EventSink {
 public:
  bool deliver(Event event) override {
    if (const auto* chunk = std::get_if<OutputChunk>(&event)) lines += chunk->line_count;
    return true;
  }
  std::uint64_t lines = 0;
};

HotPath line_splitting() {
  return {"line_splitting", "64 KiB of 80-byte lines", repetitions, [block = block_of_lines()] {
            LineSplitter splitter;
            std::uint64_t lines = 0;
            for (unsigned i = 0; i < repetitions; ++i)
              splitter.feed(block, [&lines](OutputPiece&& piece) { lines += piece.line_count; });
            expect(lines == repetitions * (block_size / line_length));
          }};
}

/// A pipe that gives little at a time: the cost per read, not per byte.
HotPath short_reads() {
  return {"short_reads", "a read of one 80-byte line", repetitions * 10,
          [line = block_of_lines().substr(0, line_length)] {
            LineSplitter splitter;
            std::uint64_t lines = 0;
            for (unsigned i = 0; i < repetitions * 10; ++i)
              splitter.feed(line, [&lines](OutputPiece&& piece) { lines += piece.line_count; });
            expect(lines == repetitions * 10);
          }};
}

HotPath capturing() {
  return {"capture", "64 KiB captured, most of it over the limit", repetitions, [block = block_of_lines()] {
            BoundedCapture capture(10 * block_size, OversizedOutputStrategy::truncate_with_warning);
            for (unsigned i = 0; i < repetitions; ++i) capture.take(OutputStream::out, block);
            expect(capture.written(OutputStream::out) == repetitions * block_size);
            expect(capture.kept(OutputStream::out).size() == 10 * block_size);
          }};
}

/// From what a read brought to the event sink: capture, split, number, stamp, hand over with its credit.
HotPath event_hand_over() {
  return {"event_hand_over", "a read of one 80-byte line, to the event sink", repetitions * 10,
          [line = block_of_lines().substr(0, line_length)] {
            Config config;
            DroppingSink sink;
            ExecutionOutput output(Uuid{}, std::nullopt, config, sink, std::make_shared<DeliveryTotal>(),
                                   real_system());
            for (unsigned i = 0; i < repetitions * 10; ++i) output.take(OutputStream::out, line);
            expect(sink.lines == repetitions * 10);
          }};
}

/// The same for as much as one read of a busy pipe brings.
HotPath block_hand_over() {
  return {"block_hand_over", "a read of 64 KiB of 80-byte lines, to the event sink", repetitions,
          [block = block_of_lines()] {
            Config config;
            config.max_output_size_bytes = block_size;
            DroppingSink sink;
            ExecutionOutput output(Uuid{}, std::nullopt, config, sink, std::make_shared<DeliveryTotal>(),
                                   real_system());
            for (unsigned i = 0; i < repetitions; ++i) output.take(OutputStream::out, block);
            expect(sink.lines == repetitions * (block_size / line_length));
          }};
}

HotPath conversion() {
  return {"request_conversion", "a request, from JSON to a raw value", repetitions, [text = request_text()] {
            for (unsigned i = 0; i < repetitions; ++i) expect(value_from_json(text).has_value());
          }};
}

HotPath validation() {
  return {"request_validation", "a request, from a raw value to a canonical one", repetitions,
          [raw = *value_from_json(request_text())] {
            const Config config;
            for (unsigned i = 0; i < repetitions; ++i) expect(parse_request(raw, config).has_value());
          }};
}

/// Up to the moment before the child exists: program looked up, argv and environment put together.
HotPath start_preparation() {
  const Config config;
  return {"start_preparation", "a canonical request, to what exec gets", repetitions,
          [request = *parse_request(*value_from_json(request_text()), config), environment = host_environment()] {
            for (unsigned i = 0; i < repetitions; ++i) expect(resolve_launch(request, environment).has_value());
          }};
}

/// A dependency graph in which each command waits for up to five of those before it.
std::string plan_text(std::size_t commands) {
  std::string list;
  std::string dependencies;
  for (std::size_t i = 0; i < commands; ++i) {
    const std::string separator = i > 0 ? "," : "";
    list += separator + R"({"command":{"type":"exec","program":"true","args":["--step"]},"env":{"MODE":"batch"}})";
    std::string needed;
    for (const std::size_t back : {1, 2, 3, 5, 8})
      if (back <= i) needed += (needed.empty() ? "" : ",") + std::to_string(i - back);
    dependencies += separator + '"' + std::to_string(i) + "\":[" + needed + ']';
  }
  return R"({"description":"a graph","strategy":{"type":"dependency_graph","dependencies":{)" + dependencies +
         R"(}},"commands":[)" + list + "]}";
}

/// All that a plan costs beside its commands: they end as soon as they are started.
HotPath planning() {
  constexpr std::size_t commands = 100;
  return {"plan", "a command of a plan of 100 with 5 dependencies each, validated and scheduled", commands,
          [raw = *value_from_json(plan_text(commands)), environment = host_environment()] {
            const auto plan = parse_plan(raw, Config());
            LaunchResolver resolver(environment);
            for (const auto& request : plan->commands) expect(resolver.resolve(request, "").has_value());
            PlanSchedule schedule(plan->strategy, std::vector<std::int64_t>(commands));
            for (auto ready = schedule.take_ready(); !ready.empty(); ready = schedule.take_ready())
              for (const std::size_t index : ready) schedule.finish(index, true);
            expect(schedule.done());
          }};
}

HotPath environment_intake() {
  std::string block;
  for (int i = 0; i < 40; ++i) {
    block += "SOME_VARIABLE_" + std::to_string(i) + "=a value of ordinary length";
    block.push_back('\0');
  }
  return {"environment_intake", "an environment of 40 variables", repetitions, [block] {
            for (unsigned i = 0; i < repetitions; ++i) expect(Environment::from_block(block).entries().size() == 40);
          }};
}

}  // namespace

std::vector<HotPath> hot_paths() {
  return {line_splitting(), short_reads(), capturing(),         event_hand_over(),    block_hand_over(),
          conversion(),     validation(),  start_preparation(), environment_intake(), planning()};
}

}  // namespace cloudops::instructions
