#pragma once

#include "core/model/event.hpp"

namespace cloudops {

/// One line of output as a user sees it: an OutputChunk, taken apart.
struct LineEvent {
  Uuid execution_id{};
  OutputStream stream = OutputStream::out;
  /// Without its line end; valid UTF-8.
  std::string line;
  WallTime timestamp{};
  /// Counts the line events of both streams together, pieces included, from 1.
  std::uint64_t seq = 0;
  /// A piece of a line that goes on.
  bool partial = false;
};

}  // namespace cloudops
