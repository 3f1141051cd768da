#pragma once

#include "core/model/time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <utility>

namespace cloudops {

/// One pending call at most, on the engine thread, by monotonic time. Engine thread only.
///
/// After cancel() or a new start() the old call does not come any more, not even when it was due already.
class Timer {
 public:
  explicit Timer(boost::asio::io_context& io) : timer_(io) {}

  template <class Call>
  void start(std::chrono::steady_clock::duration delay, Call call) {
    timer_.expires_after(delay);
    pending_ = true;
    timer_.async_wait([this, generation = ++generation_, call = std::move(call)](boost::system::error_code aborted) {
      if (aborted || generation != generation_) return;
      pending_ = false;
      call();
    });
  }
  void cancel() {
    if (!pending_) return;
    pending_ = false;
    ++generation_;
    timer_.cancel();
  }
  bool pending() const { return pending_; }

 private:
  boost::asio::steady_timer timer_;
  std::uint64_t generation_ = 0;
  bool pending_ = false;
};

}  // namespace cloudops
