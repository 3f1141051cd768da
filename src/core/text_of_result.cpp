#include "core/text_of_result.hpp"

#include "core/stream/utf8.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace cloudops {
namespace {

StreamText text_of_stream(const StreamOutput& output, bool& lossy) {
  std::string_view kept = output.kept;
  const std::string& warning = output.warning;
  // What went on in an overflow file was cut between characters on purpose; only what was dropped may have cut one.
  const bool cut = output.written > kept.size() && !output.overflow_file;
  // Megabytes are not copied where they need no change, and once where only the warning joins them.
  if (cut) kept.remove_suffix(incomplete_suffix(kept));
  const bool ascii = output.ascii || is_ascii(kept);
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
  ResultText text;
  text.stdout_text = text_of_stream(result.out, text.lossy);
  text.stderr_text = text_of_stream(result.err, text.lossy);
  return text;
}

}  // namespace cloudops
