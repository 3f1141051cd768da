#include "core/event_handlers.hpp"

#include "core/model/result_text.hpp"

#include <ostream>
#include <string>
#include <string_view>

namespace cloudops {
namespace {

void call(EventHandler& handler, const ExecutionEvent& event, const HandlerErrorCallback& on_error) {
  try {
    handler.on_event(event);
  } catch (...) {
    if (!on_error) return;
    try {
      on_error(std::current_exception(), event);
    } catch (...) {
      // There is nobody left to tell.
    }
  }
}

void warn(EventHandler& handler, const std::string& sentence) {
  try {
    handler.on_warning(sentence);
  } catch (...) {
    // It belongs to no event that could be reported with it.
  }
}

/// Calls `visit` with each line of a chunk; one event serves them all, so that its text is allocated once.
template <class Visitor>
void for_each_line(const OutputChunk& chunk, Visitor&& visit) {
  ExecutionEvent event =
      LineEvent{chunk.execution_id, chunk.stream, {}, chunk.timestamp, chunk.first_seq, chunk.partial};
  auto& line = std::get<LineEvent>(event);
  std::string_view rest = chunk.text;
  for (std::uint32_t i = 0; i < chunk.line_count; ++i) {
    const auto end = rest.find('\n');
    line.line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    line.seq = chunk.first_seq + i;
    visit(event);
  }
}

/// How many bytes at the beginning are one character that steers a terminal, ends a line, or reorders what is around
/// it: C0 (but for the tab), DEL, C1, U+2028 to U+202E, U+2066 to U+2069. 0: none of these.
std::size_t unsafe_length(std::string_view text) {
  const auto byte = [text](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto third_is = [&byte](unsigned low, unsigned high) { return byte(2) >= low && byte(2) <= high; };
  if ((byte(0) < 0x20 && byte(0) != '\t') || byte(0) == 0x7f) return 1;
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) return 2;
  if (byte(0) == 0xe2 && byte(1) == 0x80 && third_is(0xa8, 0xae)) return 3;
  if (byte(0) == 0xe2 && byte(1) == 0x81 && third_is(0xa6, 0xa9)) return 3;
  return 0;
}

std::string on_one_line(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const std::size_t unsafe = unsafe_length(text);
    if (unsafe == 0) safe += text.front();
    for (const char c : text.substr(0, unsafe)) {
      const auto byte = static_cast<unsigned char>(c);
      safe += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
    text.remove_prefix(unsafe == 0 ? 1 : unsafe);
  }
  return safe;
}

struct Entry {
  WallTime time;
  const Uuid& id;
  std::string text;
};

struct Describe {
  Entry operator()(const StartedEvent& event) const {
    return {event.timestamp, event.execution_id, "started: " + on_one_line(event.command)};
  }
  Entry operator()(const LineEvent& event) const {
    const std::string name = to_string(event.stream);
    return {event.timestamp, event.execution_id,
            name + (event.partial ? " (partial): " : ": ") + on_one_line(event.line)};
  }
  Entry operator()(const FinishedEvent& event) const {
    const ExecutionResult& result = *event.result;
    std::string text(to_string(result.status));
    text += " after " + to_humantime(result.duration);
    if (result.status == ExecutionStatus::failed) text += ": " + on_one_line(result.error.value_or(std::string()));
    return {event.timestamp, result.id, std::move(text)};
  }
  Entry operator()(const ProgressEvent& event) const {
    std::string text = "progress: " + std::to_string(event.completed) + " of " + std::to_string(event.total);
    if (event.current_command) text += ", " + on_one_line(*event.current_command);
    return {event.timestamp, event.plan_id, std::move(text)};
  }
};

}  // namespace

void LoggingHandler::on_event(const ExecutionEvent& event) {
  const Entry entry = std::visit(Describe{}, event);
  out_ << to_rfc3339(entry.time) + " [" + to_string(entry.id).substr(0, 8) + "] " + entry.text + '\n';
  if (!std::holds_alternative<LineEvent>(event)) out_.flush();
}

void LoggingHandler::on_warning(const std::string& sentence) {
  out_ << to_rfc3339(wall_now()) + " warning: " + on_one_line(sentence) + '\n' << std::flush;
}

MultiHandler::MultiHandler(std::vector<std::shared_ptr<EventHandler>> handlers, HandlerErrorCallback on_error)
    : handlers_(std::move(handlers)), on_error_(std::move(on_error)) {}

void MultiHandler::on_event(const ExecutionEvent& event) {
  for (const auto& handler : handlers_) call(*handler, event, on_error_);
}

void MultiHandler::on_warning(const std::string& sentence) {
  for (const auto& handler : handlers_) warn(*handler, sentence);
}

HandlerSink::HandlerSink(std::shared_ptr<EventHandler> handler, HandlerErrorCallback on_error)
    : handler_(handler ? std::move(handler) : std::make_shared<NoopHandler>()), on_error_(std::move(on_error)) {}

bool HandlerSink::deliver(Event event) {
  if (const auto* chunk = std::get_if<OutputChunk>(&event)) {
    for_each_line(*chunk, [&](const ExecutionEvent& line) { call(*handler_, line, on_error_); });
  } else if (auto* started = std::get_if<StartedEvent>(&event)) {
    call(*handler_, std::move(*started), on_error_);
  } else if (auto* finished = std::get_if<FinishedEvent>(&event)) {
    call(*handler_, std::move(*finished), on_error_);
  } else if (auto* progress = std::get_if<ProgressEvent>(&event)) {
    call(*handler_, std::move(*progress), on_error_);
  }
  return true;
}

void HandlerSink::warn(const std::string& sentence) { cloudops::warn(*handler_, sentence); }

}  // namespace cloudops
