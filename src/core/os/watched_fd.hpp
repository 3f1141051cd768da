#pragma once

#include "core/os/unique_fd.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <utility>

namespace cloudops {

/// A descriptor that the engine's io_context watches. Engine thread only. Owns the descriptor; closing cancels the
/// waits.
class WatchedFd {
 public:
  explicit WatchedFd(boost::asio::io_context& io) : descriptor_(io) {}
  ~WatchedFd() { close(); }
  WatchedFd(const WatchedFd&) = delete;
  WatchedFd& operator=(const WatchedFd&) = delete;

  /// Takes the descriptor and makes it non-blocking. Returns 0 or errno; on failure it is closed.
  int open(UniqueFd fd) {
    boost::system::error_code failed;
    descriptor_.assign(fd.get(), failed);
    if (failed) return failed.value();
    fd.release();
    descriptor_.native_non_blocking(true, failed);
    if (failed) close();
    return failed.value();
  }
  bool is_open() const { return descriptor_.is_open(); }
  int get() { return descriptor_.native_handle(); }

  template <class Ready>
  void when_readable(Ready ready) {
    wait(boost::asio::posix::descriptor_base::wait_read, std::move(ready));
  }
  template <class Ready>
  void when_writable(Ready ready) {
    wait(boost::asio::posix::descriptor_base::wait_write, std::move(ready));
  }

  /// Idempotent. Takes the descriptor out of epoll before closing it (Asio's own close does not): a child that the host
  /// is just starting may hold a duplicate for a moment, and epoll would go on reporting it.
  void close() {
    if (descriptor_.is_open()) ::close(descriptor_.release());
  }

 private:
  template <class Ready>
  void wait(boost::asio::posix::descriptor_base::wait_type what, Ready ready) {
    descriptor_.async_wait(what, [ready = std::move(ready)](boost::system::error_code aborted) {
      if (!aborted) ready();
    });
  }

  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> descriptor_;
};

}  // namespace cloudops
