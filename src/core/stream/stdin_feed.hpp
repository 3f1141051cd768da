#pragma once

#include "core/os/system.hpp"
#include "core/os/watched_fd.hpp"

#include <cerrno>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>

namespace cloudops {

/// Writes a child's stdin: data of the request, or what callers send piece by piece. Engine thread only.
///
/// Exists before the child does: pieces wait until `open`. A child that never reads costs nothing but the memory of
/// what waits; a child that has closed its stdin ends the feed, and later pieces fail with EPIPE.
class StdinFeed {
 public:
  /// 0, or the errno that ended the feed before the piece was in the pipe.
  using Written = std::function<void(int error)>;
  /// The errno of a feed whose child was never started.
  static constexpr int never_started = ESRCH;

  StdinFeed(boost::asio::io_context& io, System& system) : fd_(io), system_(system) {}
  StdinFeed(const StdinFeed&) = delete;
  StdinFeed& operator=(const StdinFeed&) = delete;

  /// Queues a piece; `written` is called once all of it is in the pipe's buffer. Not after close().
  void write(std::string data, Written written);
  /// End of file for the child, after what is queued; `closed` is called then.
  void close(Written closed);
  bool closing() const { return closing_; }

  /// Takes the write end and begins. Returns 0, or the errno that made it impossible.
  int open(UniqueFd fd);

  /// Gives up: everything queued fails with this errno. Idempotent.
  void abandon(int error);

 private:
  struct Piece {
    std::string data;
    std::size_t done = 0;
    Written written;
  };
  void pump();

  WatchedFd fd_;
  System& system_;
  std::deque<Piece> queue_;
  bool closing_ = false;
  int ended_with_ = 0;
  Written closed_;
};

}  // namespace cloudops
