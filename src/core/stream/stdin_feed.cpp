#include "core/stream/stdin_feed.hpp"

#include <cerrno>
#include <utility>

namespace cloudops {

void StdinFeed::write(std::string data, Written written) {
  if (ended_with_ != 0) return written(ended_with_);
  queue_.push_back({std::move(data), 0, std::move(written)});
  if (fd_.is_open() && queue_.size() == 1) pump();
}

void StdinFeed::close(Written closed) {
  closing_ = true;
  if (ended_with_ != 0) return closed(0);
  closed_ = std::move(closed);
  if (fd_.is_open() && queue_.empty()) pump();
}

int StdinFeed::open(UniqueFd fd) {
  const int error = fd_.open(std::move(fd));
  if (error == 0) pump();
  return error;
}

void StdinFeed::abandon(int error) {
  fd_.close();
  if (ended_with_ == 0) ended_with_ = error;
  for (auto pieces = std::exchange(queue_, {}); auto& piece : pieces) piece.written(error);
  if (auto closed = std::exchange(closed_, nullptr)) closed(0);
}

void StdinFeed::pump() {
  while (!queue_.empty()) {
    Piece& piece = queue_.front();
    if (piece.done < piece.data.size()) {
      const ssize_t count = system_.write(fd_.get(), piece.data.data() + piece.done, piece.data.size() - piece.done);
      if (count == -EAGAIN) return fd_.when_writable([this] { pump(); });
      if (count == -EINTR) continue;
      if (count < 0) return abandon(static_cast<int>(-count));
      piece.done += static_cast<std::size_t>(count);
      if (piece.done < piece.data.size()) continue;
    }
    auto written = std::move(piece.written);
    queue_.pop_front();
    written(0);
    if (!fd_.is_open()) return;
  }
  if (closing_) abandon(EPIPE);
}

}  // namespace cloudops
