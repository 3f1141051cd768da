#include "core/stream/capture.hpp"

#include "core/stream/utf8.hpp"

#include <algorithm>
#include <utility>

namespace cloudops {
namespace {

/// Who fills most of a pipe at once goes on, as a rule.
constexpr std::size_t much = 32 * 1024;
/// Of this size the allocator asks the kernel for each block by itself, as a rule.
constexpr std::size_t large_block = 1024 * 1024;

std::string_view without_incomplete_suffix(std::string_view bytes) {
  return bytes.substr(0, bytes.size() - incomplete_suffix(bytes));
}

}  // namespace

BoundedCapture::Taken BoundedCapture::take(OutputStream stream, std::string_view bytes) {
  Side& to = side(stream);
  to.written += bytes.size();
  Taken taken;
  taken.kept = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), limit_ - used_));
  if (!make_room(to.kept, taken.kept)) {
    short_of_memory_ = true;
    limit_ = used_;
    taken.kept = 0;
  }
  to.kept.append(bytes.substr(0, taken.kept));
  used_ += taken.kept;
  taken.rest = bytes.substr(taken.kept);

  if (taken.rest.empty() || to.overflowed) return taken;
  to.overflowed = true;
  if (strategy_ == OversizedOutputStrategy::stream_to_file) {
    const std::size_t whole = without_incomplete_suffix(to.kept).size();
    taken.carried = to.kept.view().substr(whole);
    to.kept.truncate(whole);
  }
  return taken;
}

void BoundedCapture::count(OutputStream stream, std::size_t size) {
  Side& to = side(stream);
  to.written += size;
  to.overflowed = true;
}

bool BoundedCapture::make_room(ByteBuffer& kept, std::size_t more) const {
  const std::size_t needed = kept.size() + more;
  if (needed <= kept.capacity()) return true;
  // Never past what may ever be there. Room that is not used yet takes no memory in a large block, but moving one means
  // that every processor has to forget where it was: large steps for who writes much, from the first read on.
  const std::uint64_t step = needed < much ? 2 : 8;
  const auto grown = std::max<std::uint64_t>({needed, needed < much ? 0 : large_block, step * kept.capacity()});
  return kept.try_reserve(static_cast<std::size_t>(std::min(grown, limit_))) || kept.try_reserve(needed);
}

std::string BoundedCapture::truncation_warning(OutputStream stream) const {
  const Side& from = side(stream);
  if (!from.overflowed) return {};
  const std::string_view text = without_incomplete_suffix(from.kept);
  std::string warning = text.empty() || text.back() == '\n' ? "" : "\n";
  warning += "[output truncated: " + std::to_string(limit_) + " of " +
             std::to_string(written(OutputStream::out) + written(OutputStream::err)) +
             " bytes kept, stdout and stderr together]\n";
  return warning;
}

BoundedCapture::Bytes BoundedCapture::release() {
  Bytes bytes{std::exchange(side(OutputStream::out).kept, {}), std::exchange(side(OutputStream::err).kept, {})};
  bytes.out.shrink_to_fit();
  bytes.err.shrink_to_fit();
  return bytes;
}

}  // namespace cloudops
