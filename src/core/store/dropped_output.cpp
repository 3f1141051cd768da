#include "core/store/dropped_output.hpp"

#include <functional>
#include <utility>

namespace cloudops {
namespace {

void drop(StreamOutput& output) {
  if (output.kept.empty()) return;
  output.warning = "[output dropped from memory: " + std::to_string(output.kept.size()) +
                   " bytes, over max_in_memory_output_bytes]\n";
  output.kept = ByteBuffer();
}

}  // namespace

std::uint64_t kept_bytes(const ExecutionResult& result) { return result.out.kept.size() + result.err.kept.size(); }

ResultPtr without_output(const ExecutionResult& result) {
  ExecutionResult stripped = result;
  drop(stripped.out);
  drop(stripped.err);
  stripped.output_truncated = true;
  return std::make_shared<const ExecutionResult>(std::move(stripped));
}

std::optional<OutputFingerprint> fingerprint_of(const ExecutionResult& result) {
  const auto all_of_it = [&result](OutputStream stream) {
    return result.of(other(stream)).written == 0 && result.of(stream).written == result.of(stream).kept.size();
  };
  const auto stream = all_of_it(OutputStream::out) ? OutputStream::out : OutputStream::err;
  if (!result.log_path || !all_of_it(stream)) return std::nullopt;
  const ByteBuffer& kept = result.of(stream).kept;
  return OutputFingerprint{stream, kept.size(), std::hash<std::string_view>{}(kept)};
}

ResultPtr with_output_from(const ExecutionResult& stripped, const OutputFingerprint& fingerprint, std::string log) {
  if (log.size() != fingerprint.size || std::hash<std::string_view>{}(log) != fingerprint.hash) return nullptr;
  ExecutionResult whole = stripped;
  StreamOutput& output = whole.of(fingerprint.stream);
  output.kept = ByteBuffer(log);
  // Nobody has looked at these bytes yet.
  output.ascii = false;
  output.warning.clear();
  whole.output_truncated = false;
  return std::make_shared<const ExecutionResult>(std::move(whole));
}

}  // namespace cloudops
