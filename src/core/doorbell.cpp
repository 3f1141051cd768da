#include "core/doorbell.hpp"

#include <boost/system/system_error.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace cloudops {

Doorbell::Doorbell(boost::asio::io_context& io, std::function<void()> answer) : answer_(std::move(answer)) {
  const auto refused = [](int error) {
    return boost::system::system_error(error, boost::system::system_category(), "eventfd");
  };
  // The first object of an io_context makes its epoll, which may fail too.
  fd_.emplace(io);
  UniqueFd ring(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!ring) throw refused(errno);
  ring_fd_ = ring.get();
  if (const int error = fd_->open(std::move(ring)); error != 0) throw refused(error);
  arm();
}

void Doorbell::ring() {
  std::lock_guard lock(closing_);
  if (ring_fd_ < 0) return;
  const std::uint64_t once = 1;
  // It can only fail when it has been rung 2^64 - 2 times without an answer.
  [[maybe_unused]] const ssize_t rung = ::write(ring_fd_, &once, sizeof once);
}

void Doorbell::close() {
  {
    std::lock_guard lock(closing_);
    ring_fd_ = -1;
  }
  fd_.reset();
}

void Doorbell::arm() {
  fd_->when_readable([this] {
    std::uint64_t rings = 0;
    // Before the answer: who rings from now on wants another one.
    [[maybe_unused]] const ssize_t heard = ::read(fd_->get(), &rings, sizeof rings);
    answer_();
    if (fd_) arm();
  });
}

}  // namespace cloudops
