#pragma once

#include "core/model/output_stream.hpp"
#include "core/model/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cloudops {

struct StartedEvent {
  Uuid execution_id{};
  /// display(command).
  std::string command;
  WallTime timestamp{};
};

/// Consecutive lines of one stream, handed over together because one event per line is too slow.
struct OutputChunk {
  Uuid execution_id{};
  OutputStream stream = OutputStream::out;
  /// Valid UTF-8: `line_count` lines separated by '\n', with no '\n' after the last one.
  std::string text;
  /// The number of the first line, counted over both streams from 1; the others follow on.
  std::uint64_t first_seq = 0;
  std::uint32_t line_count = 0;
  /// The positions of the '\n' in `text`, if that is ASCII; who hands out line by line need not search for them again.
  std::vector<std::uint16_t> newlines;
  /// The (only) line of this chunk is a piece of a line that goes on.
  bool partial = false;
  /// Every byte of `text` is below 0x80.
  bool ascii = true;
  WallTime timestamp{};
  /// What holds the child back until this text is consumed (see EventSink). Never null in a chunk from an engine.
  std::shared_ptr<class DeliveryCredit> credit;

  /// What it counts against the credit: its text, and about what holding it costs besides.
  std::size_t cost() const { return text.size() + newlines.size() * sizeof newlines[0] + 256; }
};

/// An execution reached its terminal state. The event's type is the result's status.
struct FinishedEvent {
  ResultPtr result;
  WallTime timestamp{};
};

/// A plan got further.
struct ProgressEvent {
  Uuid plan_id{};
  std::uint64_t completed = 0;
  std::uint64_t total = 0;
  /// The command that has just ended.
  std::optional<std::string> current_command;
  WallTime timestamp{};
};

using Event = std::variant<StartedEvent, OutputChunk, FinishedEvent, ProgressEvent>;

}  // namespace cloudops
