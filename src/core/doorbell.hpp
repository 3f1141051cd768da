#pragma once

#include "core/os/watched_fd.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <mutex>
#include <optional>

namespace cloudops {

/// Makes the engine thread, which waits in its io_context, look up.
///
/// boost::asio::post has a way of its own, but that rings while it holds the io_context's lock and, in the kernel, the
/// epoll's: the thread it wakes needs both first and goes back to sleep, and the caller, which is the host's, has to
/// wake it a second time.
class Doorbell {
 public:
  /// Throws boost::system::system_error when there is no descriptor to be had. `answer` is called on the thread that
  /// runs `io`, once for any number of rings since the last call, and may close the doorbell. Until that is closed,
  /// `io` has work.
  Doorbell(boost::asio::io_context& io, std::function<void()> answer);

  /// Any thread.
  void ring();
  /// Where `io` runs, or while it does not. From now on ring() does nothing, and `io` may go. Idempotent.
  void close();

 private:
  void arm();

  const std::function<void()> answer_;
  /// Only against ring() and close() at once: the thread that was woken does not need it.
  std::mutex closing_;
  int ring_fd_ = -1;
  std::optional<WatchedFd> fd_;
};

}  // namespace cloudops
