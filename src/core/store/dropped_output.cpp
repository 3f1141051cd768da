#include "core/store/dropped_output.hpp"

#include <functional>
#include <utility>

namespace cloudops {
namespace {

void drop(ByteBuffer& bytes, std::string& warning) {
  if (bytes.empty()) return;
  warning =
      "[output dropped from memory: " + std::to_string(bytes.size()) + " bytes, over max_in_memory_output_bytes]\n";
  bytes = ByteBuffer();
}

}  // namespace

std::uint64_t kept_bytes(const ExecutionResult& result) {
  return result.stdout_bytes_kept.size() + result.stderr_bytes_kept.size();
}

ResultPtr without_output(const ExecutionResult& result) {
  ExecutionResult stripped = result;
  drop(stripped.stdout_bytes_kept, stripped.stdout_warning);
  drop(stripped.stderr_bytes_kept, stripped.stderr_warning);
  stripped.output_truncated = true;
  return std::make_shared<const ExecutionResult>(std::move(stripped));
}

std::optional<OutputFingerprint> fingerprint_of(const ExecutionResult& result) {
  const bool only_out = result.stderr_bytes == 0 && result.stdout_bytes == result.stdout_bytes_kept.size();
  const bool only_err = result.stdout_bytes == 0 && result.stderr_bytes == result.stderr_bytes_kept.size();
  if (!result.log_path || (!only_out && !only_err)) return std::nullopt;
  const ByteBuffer& bytes = only_out ? result.stdout_bytes_kept : result.stderr_bytes_kept;
  return OutputFingerprint{only_out ? OutputStream::out : OutputStream::err, bytes.size(),
                           std::hash<std::string_view>{}(bytes)};
}

ResultPtr with_output_from(const ExecutionResult& stripped, const OutputFingerprint& fingerprint, std::string log) {
  if (log.size() != fingerprint.size || std::hash<std::string_view>{}(log) != fingerprint.hash) return nullptr;
  ExecutionResult whole = stripped;
  const bool out = fingerprint.stream == OutputStream::out;
  (out ? whole.stdout_bytes_kept : whole.stderr_bytes_kept) = ByteBuffer(log);
  // Nobody has looked at these bytes yet.
  (out ? whole.stdout_ascii : whole.stderr_ascii) = false;
  (out ? whole.stdout_warning : whole.stderr_warning).clear();
  whole.output_truncated = false;
  return std::make_shared<const ExecutionResult>(std::move(whole));
}

}  // namespace cloudops
