#include "core/text_of_result.hpp"

#include "core/stream/utf8.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace cloudops {
namespace {

StreamText text_of_stream(std::string_view kept, bool known_ascii, bool cut, const std::string& warning, bool& lossy) {
  // Megabytes are not copied where they need no change, and once where only the warning joins them.
  if (cut) kept.remove_suffix(incomplete_suffix(kept));
  const bool ascii = known_ascii || is_ascii(kept);
  if (!ascii && !is_valid_utf8(kept)) {
    lossy = true;
    return StreamText(decode_utf8(kept) + warning);
  }
  if (warning.empty()) return StreamText::as_kept(kept, ascii);
  std::string text;
  text.reserve(kept.size() + warning.size());
  return StreamText(text.append(kept).append(warning), ascii);
}

}  // namespace

ResultText text_of_result(const ExecutionResult& result) {
  // What went on in an overflow file was cut between characters on purpose; only what was dropped may have cut one.
  const bool out_cut = result.stdout_bytes > result.stdout_bytes_kept.size() && !result.stdout_overflow_file;
  const bool err_cut = result.stderr_bytes > result.stderr_bytes_kept.size() && !result.stderr_overflow_file;
  ResultText text;
  text.stdout_text =
      text_of_stream(result.stdout_bytes_kept, result.stdout_ascii, out_cut, result.stdout_warning, text.lossy);
  text.stderr_text =
      text_of_stream(result.stderr_bytes_kept, result.stderr_ascii, err_cut, result.stderr_warning, text.lossy);
  return text;
}

}  // namespace cloudops
