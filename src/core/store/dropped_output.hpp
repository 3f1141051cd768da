#pragma once

#include "core/model/event.hpp"
#include "core/model/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cloudops {

/// How to know a dropped output again: all of it was one stream's, so a log may hold exactly its bytes.
struct OutputFingerprint {
  OutputStream stream = OutputStream::out;
  std::uint64_t size = 0;
  std::uint64_t hash = 0;
};

/// The bytes that a result keeps in memory.
std::uint64_t kept_bytes(const ExecutionResult& result);

/// The same result without its output, whose text now says how much was dropped.
ResultPtr without_output(const ExecutionResult& result);

/// Absent when no log can hold this output exactly: both streams wrote, or some of it was not kept.
std::optional<OutputFingerprint> fingerprint_of(const ExecutionResult& result);

/// The result with its output again, if `log` is exactly what was dropped; else nullptr.
ResultPtr with_output_from(const ExecutionResult& stripped, const OutputFingerprint& fingerprint, std::string log);

}  // namespace cloudops
