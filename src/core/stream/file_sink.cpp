#include "core/stream/file_sink.hpp"

#include "core/stream/io_error.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cloudops {

FileSink::FileSink(OpenedFile file, System& system)
    : system_(system), fd_(std::move(file.fd)), path_(std::move(file.path)) {}

FileSink::~FileSink() { close(); }

void FileSink::write(std::string_view bytes) {
  if (error_ || !fd_) return;
  const std::uint64_t end = written_ + buffer_.size() + bytes.size();
  if (const std::uint64_t blocks_end = end - end % kBlockBytes; blocks_end > written_) {
    const auto rest = std::min<std::size_t>(bytes.size(), end - blocks_end);
    flush_with(bytes.substr(0, bytes.size() - rest));
    bytes.remove_prefix(bytes.size() - rest);
  }
  buffer_.append(bytes);
}

void FileSink::flush_with(std::string_view bytes) {
  std::string_view waiting = buffer_;
  written_ += waiting.size() + bytes.size();
  while (!(waiting.empty() && bytes.empty()) && !error_) {
    const ssize_t count = system_.write_both(fd_.get(), waiting, bytes);
    if (count > 0) {
      const std::size_t of_waiting = std::min(static_cast<std::size_t>(count), waiting.size());
      waiting.remove_prefix(of_waiting);
      bytes.remove_prefix(static_cast<std::size_t>(count) - of_waiting);
    } else if (count != -EINTR) {
      fail(count == 0 ? EIO : static_cast<int>(-count));
    }
  }
  buffer_.clear();
}

void FileSink::close() {
  if (!fd_) return;
  flush();
  // Network file systems report a full disk only here. After EINTR the descriptor is gone all the same.
  const int error = -system_.close(fd_.release());
  if (error != 0 && error != EINTR && !error_) fail(error);
  std::string().swap(buffer_);
}

void FileSink::fail(int error) { error_ = io_error("write the file", path_, error).message; }

}  // namespace cloudops
