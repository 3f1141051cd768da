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
  while (!bytes.empty() && !error_ && fd_) {
    const std::size_t part = std::min(bytes.size(), kBufferBytes - buffer_.size());
    buffer_.append(bytes.substr(0, part));
    bytes.remove_prefix(part);
    if (buffer_.size() == kBufferBytes) flush();
  }
}

void FileSink::flush() {
  std::string_view left = buffer_;
  while (!left.empty() && !error_) {
    const ssize_t count = system_.write(fd_.get(), left.data(), left.size());
    if (count > 0)
      left.remove_prefix(static_cast<std::size_t>(count));
    else if (count != -EINTR)
      fail(count == 0 ? EIO : static_cast<int>(-count));
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
