#include "core/text_of_result.hpp"

#include "core/stream/capture.hpp"

#include <utility>

namespace cloudops {

ResultText text_of_result(const ExecutionResult& result) {
  // What went on in an overflow file was cut between characters on purpose; only what was dropped may have cut one.
  const bool out_cut = result.stdout_bytes > result.stdout_bytes_kept.size() && !result.stdout_overflow_file;
  const bool err_cut = result.stderr_bytes > result.stderr_bytes_kept.size() && !result.stderr_overflow_file;
  auto out = text_of(result.stdout_bytes_kept, out_cut, result.stdout_warning);
  auto err = text_of(result.stderr_bytes_kept, err_cut, result.stderr_warning);
  return {std::move(out.text), std::move(err.text), out.lossy || err.lossy};
}

}  // namespace cloudops
