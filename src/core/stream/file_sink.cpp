#include "core/stream/file_sink.hpp"

#include "core/stream/io_error.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

namespace cloudops {

/// On one thread at a time: the engine's, then perhaps the writer's.
struct FileSink::File {
  System& system;
  UniqueFd fd;
  const std::string path;
  std::optional<std::string> error = {};
  /// Nobody waits for it any more, and its name may be another's by now. Any thread.
  std::atomic<bool> given_up = false;

  File(System& on, UniqueFd opened, std::string named) : system(on), fd(std::move(opened)), path(std::move(named)) {}

  void write(std::string_view bytes) {
    while (!bytes.empty() && !error && !given_up) {
      const ssize_t count = system.write_file(fd.get(), bytes);
      if (count > 0)
        bytes.remove_prefix(static_cast<std::size_t>(count));
      else if (count != -EINTR)
        fail(count == 0 ? EIO : static_cast<int>(-count));
    }
  }
  void close() {
    // Network file systems report a full disk only here. After EINTR the descriptor is gone all the same.
    const int failed = -system.close(fd.release());
    if (failed != 0 && failed != EINTR && !error) fail(failed);
  }
  void fail(int failed) { error = io_error("write the file", path, failed).message; }
};

FileSink::FileSink(OpenedFile file, System& system, WriteBehind behind)
    : file_(std::make_shared<File>(system, std::move(file.fd), std::move(file.path))), behind_(std::move(behind)) {}

FileSink::~FileSink() {
  if (!closed_) close([] {});
}

void FileSink::write(std::string_view bytes) {
  if (closed_ || (!sent_ && file_->error)) return;
  const std::uint64_t end = written_ + buffer_.size() + bytes.size();
  if (const std::uint64_t blocks_end = end - end % kBlockBytes; blocks_end > written_) {
    const auto rest = std::min<std::size_t>(bytes.size(), end - blocks_end);
    buffer_.append(bytes.substr(0, bytes.size() - rest));
    bytes.remove_prefix(bytes.size() - rest);
    put();
  }
  buffer_.append(bytes);
}

void FileSink::put() {
  if (buffer_.empty()) return;
  const std::size_t size = buffer_.size();
  written_ += size;
  if (!sent_) sent_ = size >= kBlockBytes && behind_.writer != nullptr && behind_.writer->start();
  if (!sent_) {
    file_->write(buffer_);
    buffer_.clear();
    return;
  }
  behind_.credit->add(size);
  auto block = std::make_shared<std::string>();
  if (size >= kBlockBytes) block->reserve(kBlockBytes);
  block->swap(buffer_);
  behind_.writer->post(
      [file = file_, credit = behind_.credit, block = std::move(block)] {
        file->write(*block);
        return credit->release(block->size());
      },
      behind_.go_on);
}

void FileSink::flush(const Done& done) {
  put();
  if (!sent_) return done();
  behind_.writer->post([] { return true; }, done);
}

void FileSink::close(const Done& done) {
  closed_ = true;
  put();
  if (!sent_) {
    file_->close();
    return done();
  }
  behind_.writer->post(
      [file = file_] {
        file->close();
        return true;
      },
      done);
}

void FileSink::give_up(std::string why) {
  file_->given_up = true;
  given_up_ = io_error("write the file", file_->path, std::move(why)).message;
}

const std::string& FileSink::path() const { return file_->path; }

const std::optional<std::string>& FileSink::error() const { return given_up_ ? given_up_ : file_->error; }

}  // namespace cloudops
